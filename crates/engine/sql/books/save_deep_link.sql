insert into deep_link (brand, click, address)
values (?1, ?2, ?3);
