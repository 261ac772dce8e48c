insert into balance (brand, program, partner, account, currency, amount)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (brand, program, partner, account, currency) do update set amount = balance.amount + excluded.amount;
