select brand, host from tracking_domain
where (verified_at is null and created_at >= ?3 and (checked_at is null or checked_at < ?1))
   or (verified_at is not null and (checked_at is null or checked_at < ?2))
order by coalesce(checked_at, 0), brand, host
limit ?4;
