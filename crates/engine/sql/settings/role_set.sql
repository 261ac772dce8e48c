insert into user_role ("user", brand, role, partner) values (?1, ?2, ?3, ?4)
on conflict ("user", brand) do update set role = excluded.role, partner = excluded.partner;
