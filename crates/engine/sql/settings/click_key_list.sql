select id, key from click_key where brand = ?1 order by created_at, id;
