insert into refused_join (brand, record, n, at, a, b, reason)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7);
