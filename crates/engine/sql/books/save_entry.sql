insert into entry (brand, record, n, posted_on, month, program, partner, account, currency, amount, action_seq, event_type)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
