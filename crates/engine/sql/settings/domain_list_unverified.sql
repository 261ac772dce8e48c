select brand, host from tracking_domain where verified_at is null and in_use = 0;
