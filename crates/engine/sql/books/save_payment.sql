insert into payment (brand, id, record, at, run, partner, currency, proposed, actions, total, state, changed_at, reason, returned_to, sums)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
on conflict (brand, id) do update set
  actions = excluded.actions,
  total = excluded.total,
  state = excluded.state,
  changed_at = excluded.changed_at,
  reason = excluded.reason,
  returned_to = excluded.returned_to,
  sums = excluded.sums;
