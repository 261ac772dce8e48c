insert into click (brand, no, record, program, partner, ad, node, occurred_at, signals, refusal, landed_at, slug, sub_id1, sub_id2, sub_id3, shared_id, kind, asn, country, network, agent_key, consent, consent_said)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
on conflict (brand, no) do update set
  refusal = excluded.refusal,
  signals = excluded.signals,
  landed_at = excluded.landed_at,
  slug = excluded.slug,
  sub_id1 = excluded.sub_id1,
  sub_id2 = excluded.sub_id2,
  sub_id3 = excluded.sub_id3,
  shared_id = excluded.shared_id,
  asn = excluded.asn,
  country = excluded.country,
  network = excluded.network,
  agent_key = excluded.agent_key,
  consent = excluded.consent,
  consent_said = excluded.consent_said;
