insert into turnover (brand, partner, program, currency, account, month, money_in, money_out)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
on conflict (brand, partner, program, currency, account, month) do update set
  money_in = turnover.money_in + excluded.money_in,
  money_out = turnover.money_out + excluded.money_out;
