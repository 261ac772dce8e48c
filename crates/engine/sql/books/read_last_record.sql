select last_record from brand_state where brand = ?1;
