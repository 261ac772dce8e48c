insert into acme_account (directory, wrapped, created_at) values (?1, ?2, ?3) on conflict (directory) do nothing;
