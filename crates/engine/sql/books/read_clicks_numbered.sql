select no, record, program, partner, ad, node, occurred_at, signals, refusal, landed_at, slug, sub_id1, sub_id2, sub_id3, shared_id, kind, asn, country, network, agent_key, consent, consent_said from click
where brand = ?1 and no in rarray(?2) and kind = 1
order by no;
