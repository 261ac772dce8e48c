insert into applied (partition, position) values (?1, 0) on conflict (partition) do nothing;
