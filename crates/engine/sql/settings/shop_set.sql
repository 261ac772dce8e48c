insert into shop (key, brand, domain, program, event_type, client_id, opens_when_paid, category, state, secrets, created_at, changed_at, signatures_wrong, reconciled_orders, reconciled_new, reconcile_trouble)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, 0, 0, 0, '')
on conflict (key) do update set
  domain = excluded.domain,
  program = excluded.program,
  event_type = excluded.event_type,
  client_id = excluded.client_id,
  opens_when_paid = excluded.opens_when_paid,
  category = excluded.category,
  state = excluded.state,
  secrets = excluded.secrets,
  changed_at = excluded.changed_at;
