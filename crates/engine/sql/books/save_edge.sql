insert into edge (brand, record, a, b, occurred_at, refused)
values (?1, ?2, ?3, ?4, ?5, ?6);
