update process set seen_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
where edge = ?1 and epoch = ?2;
