insert into applied (partition, position)
values (?1, ?2)
on conflict (partition) do update set position = excluded.position;
