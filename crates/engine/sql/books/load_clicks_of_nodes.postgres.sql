-- Each key by itself: see load_clicks.postgres.sql.
select no, record, program, partner, ad, node, occurred_at, signals, refusal, landed_at, slug, sub_id1, sub_id2, sub_id3, shared_id, kind, asn, country, network, agent_key, consent, consent_said
from unnest(?2) as wanted (key), lateral (
  select * from click where brand = ?1 and node = wanted.key and occurred_at >= ?3 offset 0
) as found;
