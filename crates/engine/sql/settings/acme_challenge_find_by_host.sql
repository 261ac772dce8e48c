select answer from acme_challenge where host = ?1 and kind = ?2 and expires_at > ?3;
