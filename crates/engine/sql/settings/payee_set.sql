insert into payee (brand, partner, details, payable_from) values (?1, ?2, ?3, ?4)
on conflict (brand, partner) do update set details = excluded.details, payable_from = excluded.payable_from;
