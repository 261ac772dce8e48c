update archive set raw = ''::bytea from (
  select partition, position from archive where kept_at < ?1 and raw <> ''::bytea order by kept_at limit ?2
) as old
where archive.partition = old.partition and archive.position = old.position;
