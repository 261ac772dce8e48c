insert into config_mark (brand, record)
values (?1, ?2)
on conflict (brand) do update set record = excluded.record;
