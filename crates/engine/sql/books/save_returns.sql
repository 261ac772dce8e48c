insert into returns (brand, program, month, partner, payouts, returned)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (brand, program, month, partner) do update set
  payouts = returns.payouts + excluded.payouts,
  returned = returns.returned + excluded.returned;
