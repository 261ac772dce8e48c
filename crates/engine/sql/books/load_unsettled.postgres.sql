-- Each key by itself: see load_clicks.postgres.sql.
select event_type, order_id, node, occurred_at, until, body
from unnest(?2) as wanted (key), lateral (
  select * from unsettled where brand = ?1 and node = wanted.key offset 0
) as found;
