insert into tally (brand, program, event_type, period, day, partner, actions, amount, ends_at, changed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
on conflict (brand, program, event_type, period, day, partner) do update set
  actions = tally.actions + excluded.actions,
  amount = tally.amount + excluded.amount,
  ends_at = excluded.ends_at,
  changed = excluded.changed;
