insert into history (brand, action_seq, seq, program, event_type, record, at, kind, amount_delta, payout_delta, disposition, source, "user")
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);
