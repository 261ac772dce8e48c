update frame set raw = ''::bytea from (
  select partition, position from frame where kept_at < ?1 and raw <> ''::bytea order by kept_at limit ?2
) as old
where frame.partition = old.partition and frame.position = old.position;
