insert into process (edge, epoch, name, roles, seen_at)
values (?1, ?2, ?3, ?4, cast(extract(epoch from clock_timestamp()) * 1000 as bigint))
on conflict (edge) do update set
  epoch = excluded.epoch, name = excluded.name, roles = excluded.roles, seen_at = excluded.seen_at;
