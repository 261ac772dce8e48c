-- Each key by itself: see load_clicks.postgres.sql.
select node, root
from unnest(?2) as wanted (key), lateral (
  select * from node_root where brand = ?1 and node = wanted.key offset 0
) as found;
