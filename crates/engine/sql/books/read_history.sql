select action_seq, seq, program, event_type, record, at, kind, amount_delta, payout_delta, disposition, source, "user" from history where brand = ?1 and action_seq = ?2 order by seq;
