select event_type, order_id, record, program, occurred_at, received_at, source, currency, amount, digest, node, refusal, actions, consent, consent_said from conversion
where brand = ?1 and order_id >= ?2 and order_id < ?3 order by order_id limit ?4;
