select root from node_root where brand = ?1 and node = ?2;
