-- Each key by itself: see load_clicks.postgres.sql.
select node, event_type, order_id, occurred_at, case when actions is null then 0 else 1 end
from unnest(?2) as wanted (key), lateral (
  select * from conversion where brand = ?1 and node = wanted.key offset 0
) as found;
