insert into mail_mark (brand, record) values (?1, ?2)
on conflict (brand) do update set record = excluded.record where mail_mark.record < excluded.record;
