insert into payment_run (brand, id, record, at, currency, payments, proposed, proposed_by, state, decided_at, decided_by)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
on conflict (brand, id) do update set
  state = excluded.state,
  decided_at = excluded.decided_at,
  decided_by = excluded.decided_by;
