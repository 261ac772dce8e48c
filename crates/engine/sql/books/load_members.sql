select node, root from node_root where brand = ?1 and root in rarray(?2);
