insert into tracking_domain (brand, host, token, created_at, in_use) values (?1, ?2, ?3, ?4, ?5)
on conflict (brand, host) do nothing;
