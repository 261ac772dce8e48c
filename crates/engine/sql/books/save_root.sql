insert into node_root (brand, node, root)
values (?1, ?2, ?3)
on conflict (brand, node) do update set root = excluded.root;
