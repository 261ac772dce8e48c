select node, id from identifier where brand = ?1 and node in rarray(?2) order by node, id;
