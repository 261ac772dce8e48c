select no, network from payable_click where brand = ?1 and network in rarray(?2);
