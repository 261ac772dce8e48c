insert into left_out (brand, program, day, kind, reason, count) values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (brand, program, day, kind, reason) do update set count = left_out.count + excluded.count;
