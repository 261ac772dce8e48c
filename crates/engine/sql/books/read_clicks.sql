select no, record, program, partner, ad, node, occurred_at, signals, refusal, landed_at, slug, sub_id1, sub_id2, sub_id3, shared_id, kind, asn, country, network, agent_key, consent, consent_said from click
where brand = ?1 and no < ?2 and kind = 1
  and (?3 is null or program = ?3)
  and (?4 is null or partner = ?4)
  and (?5 is null or (?5 = 0 and refusal is null) or refusal = ?5)
order by no desc limit ?6;
