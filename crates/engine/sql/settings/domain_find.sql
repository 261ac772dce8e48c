select host, token, created_at, verified_at, method, checked_at, trouble, in_use from tracking_domain where brand = ?1 and host = ?2;
