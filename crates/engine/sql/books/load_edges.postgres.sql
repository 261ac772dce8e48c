-- Each key by itself: see load_clicks.postgres.sql.
select record, a, b, occurred_at, refused
from unnest(?2) as wanted (key), lateral (
  select * from edge where brand = ?1 and a = wanted.key offset 0
) as found
order by record, a, b;
