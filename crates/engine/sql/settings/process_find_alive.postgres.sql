select name from process
where edge = ?1 and seen_at > cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - ?2;
