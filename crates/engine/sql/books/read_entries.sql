select record, n, program, partner, account, currency, amount, action_seq, event_type from entry where brand = ?1 and action_seq = ?2 order by record, n;
