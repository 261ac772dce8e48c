select count(*), coalesce(min(ordered_at), 0) from acme_order where directory = ?1 and ordered_at > ?2;
