select posted_at, not_before from brand_state where brand = ?1;
