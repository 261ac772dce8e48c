-- Each key by itself: see load_clicks.postgres.sql.
select event_type, order_id, record, program, occurred_at, received_at, source, currency, amount, digest, node, refusal, actions, consent, consent_said
from unnest(?2) as wanted (key), lateral (
  select * from conversion where brand = ?1 and order_id = wanted.key offset 0
) as found;
