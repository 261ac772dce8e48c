select host from tracking_domain where verified_at is not null;
