insert into counter (brand, program, event_type, period, day, partner, actions, payout, amount)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
on conflict (brand, program, event_type, period, day, partner) do update set
  actions = excluded.actions,
  payout = excluded.payout,
  amount = excluded.amount;
