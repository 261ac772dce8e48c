insert into certificate (host, next_try_at) values (?1, ?2) on conflict (host) do nothing;
