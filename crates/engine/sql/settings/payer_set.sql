insert into payer (brand, details) values (?1, ?2) on conflict (brand) do update set details = excluded.details;
