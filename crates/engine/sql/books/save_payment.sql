insert into payment (brand, id, record, at, program, partner, currency, actions, total, open)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
on conflict (brand, id) do update set
  actions = excluded.actions,
  total = excluded.total,
  open = excluded.open;
