update frame set raw = x'' where position in (
  select position from frame where kept_at < ?1 and raw <> x'' order by kept_at limit ?2
);
