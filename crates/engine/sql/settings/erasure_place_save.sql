insert into erasure_place (brand, erasure, record, fact, slots) values (?1, ?2, ?3, ?4, ?5)
on conflict (brand, erasure, record) do nothing;
