insert into payment_line (brand, payment, action_seq, program, event_type, amount, before)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7);
