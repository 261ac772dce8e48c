select edge, epoch, n from edge_mark where partition = ?1;
