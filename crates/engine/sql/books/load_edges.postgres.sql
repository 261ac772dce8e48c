-- Each key by itself: see load_clicks.postgres.sql.
select a, b, slot, record, n, occurred_at, bond
from unnest(?2) as wanted (key), lateral (
  select * from edge where brand = ?1 and a = wanted.key offset 0
) as found;
