insert into config (brand, kind, program, key, body)
values (?1, ?2, ?3, ?4, ?5)
on conflict (brand, kind, program, key) do update set body = excluded.body;
