select count(*) from token where brand = ?1 and partner = ?2 and revoked_at is null;
