select id, node, record, first_seen_at from identifier where brand = ?1 and id in rarray(?2);
