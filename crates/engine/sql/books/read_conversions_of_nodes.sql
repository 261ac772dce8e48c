select event_type, order_id, record, program, occurred_at, received_at, source, currency, amount, digest, node, refusal, actions, consent, consent_said from conversion
where brand = ?1 and node in rarray(?2)
order by occurred_at desc, record desc limit ?3;
