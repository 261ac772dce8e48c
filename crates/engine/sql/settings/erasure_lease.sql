update erasure set leased_until = ?4 where brand = ?1 and id = ?2 and leased_until = ?3 and state < 3;
