-- Each key by itself: see load_clicks.postgres.sql.
select id, node, record, first_seen_at
from unnest(?2) as wanted (key), lateral (
  select * from identifier where brand = ?1 and id = wanted.key offset 0
) as found;
