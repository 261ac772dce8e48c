-- What was in use and is named anew has to be proved like any other.
insert into tracking_domain (brand, host, token, created_at, in_use) values (?1, ?2, ?3, ?4, ?5)
on conflict (brand, host) do update set in_use = excluded.in_use where excluded.in_use < tracking_domain.in_use;
