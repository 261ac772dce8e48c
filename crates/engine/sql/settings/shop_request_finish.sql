update shop_request set state = 2, done_at = ?4, note = ?5, payload = ?6
where brand = ?1 and shop = ?2 and id = ?3 and state = 1;
