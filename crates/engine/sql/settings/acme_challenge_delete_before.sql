delete from acme_challenge where expires_at < ?1;
