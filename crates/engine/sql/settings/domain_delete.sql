delete from tracking_domain where brand = ?1 and host = ?2;
