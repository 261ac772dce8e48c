delete from acme_order where ordered_at < ?1;
