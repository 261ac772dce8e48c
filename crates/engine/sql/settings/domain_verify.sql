update tracking_domain set verified_at = coalesce(verified_at, ?3), method = ?4, checked_at = ?3, trouble = ''
where brand = ?1 and host = ?2;
