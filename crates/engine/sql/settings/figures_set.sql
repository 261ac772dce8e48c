insert into payment_figures (brand, payment, run, content) values (?1, ?2, ?3, ?4)
on conflict (brand, payment) do update set run = excluded.run, content = excluded.content;
