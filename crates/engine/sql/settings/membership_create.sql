insert into membership (brand, partner) values (?1, ?2) on conflict do nothing;
