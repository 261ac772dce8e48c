update tracking_domain set checked_at = ?3, trouble = ?4 where brand = ?1 and host = ?2;
