select action_seq, seq, program, event_type, record, at, kind, amount_delta, payout_delta, disposition, source, "user" from history where brand = ?1 order by record desc, action_seq desc limit ?2;
