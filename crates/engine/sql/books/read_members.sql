select node from node_root where brand = ?1 and root = ?2 order by node;
