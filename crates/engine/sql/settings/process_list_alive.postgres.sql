select edge, name, roles from process
where seen_at > cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - ?1 order by edge;
