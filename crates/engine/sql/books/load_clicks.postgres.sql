-- Each key by itself, through the index, whatever the server knows of the table: of one that has grown since it was
-- looked at last, it thinks that many keys are most of it, and reads all of it in every batch. `offset 0` keeps it so.
select no, record, program, partner, ad, node, occurred_at, signals, refusal, landed_at, slug, sub_id1, sub_id2, sub_id3, shared_id, kind, asn, country, network, agent_key, consent, consent_said
from unnest(?2) as wanted (key), lateral (
  select * from click where brand = ?1 and no = wanted.key offset 0
) as found;
