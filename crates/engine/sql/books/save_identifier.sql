insert into identifier (brand, id, node, record, first_seen_at)
values (?1, ?2, ?3, ?4, ?5)
on conflict (brand, id) do nothing;
