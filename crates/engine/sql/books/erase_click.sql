update click set agent_key = ?3, network = ?4 where brand = ?1 and no = ?2;
