insert into conversion (brand, event_type, order_id, record, program, occurred_at, received_at, source, currency, amount, digest, node, refusal, actions, consent, consent_said)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
on conflict (brand, event_type, order_id) do update set
  record = excluded.record,
  program = excluded.program,
  occurred_at = excluded.occurred_at,
  received_at = excluded.received_at,
  source = excluded.source,
  currency = excluded.currency,
  amount = excluded.amount,
  digest = excluded.digest,
  node = excluded.node,
  refusal = excluded.refusal,
  actions = excluded.actions,
  consent = excluded.consent,
  consent_said = excluded.consent_said;
