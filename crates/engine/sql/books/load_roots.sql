select node, root from node_root where brand = ?1 and node in rarray(?2);
