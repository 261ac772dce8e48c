select event_type, order_id, record, program, occurred_at, received_at, source, currency, amount, digest, node, refusal, actions, consent, consent_said from conversion
where brand = ?1 and record < ?2
  and (?3 is null or program = ?3)
  and (?4 is null or (?4 = 0 and refusal is null) or (?4 = -1 and refusal is not null) or refusal = ?4)
order by record desc limit ?5;
