select node from identifier where brand = ?1 and id = ?2;
