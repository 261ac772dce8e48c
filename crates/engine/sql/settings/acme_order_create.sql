insert into acme_order (directory, site, ordered_at) values (?1, ?2, ?3);
