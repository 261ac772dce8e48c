delete from acme_challenge where host = ?1;
