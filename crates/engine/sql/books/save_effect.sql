insert into outbox (brand, record, n, action_seq, seq, kind)
values (?1, ?2, ?3, ?4, ?5, ?6);
