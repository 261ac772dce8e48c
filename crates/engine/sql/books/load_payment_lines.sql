select payment, action_seq, program, event_type, amount, before from payment_line
where brand = ?1 and payment = ?2 and action_seq > ?3 order by action_seq limit ?4;
