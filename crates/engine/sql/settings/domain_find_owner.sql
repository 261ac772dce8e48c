select brand from tracking_domain where host = ?1 and verified_at is not null;
