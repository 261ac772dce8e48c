-- Each key by itself: see load_clicks.postgres.sql.
select event_type, order_id, record, program, body
from unnest(?2) as wanted (key), lateral (
  select * from shop_order where brand = ?1 and order_id = wanted.key offset 0
) as found;
