select action_seq, seq, program, event_type, record, at, kind, amount_delta, payout_delta, disposition, source, "user" from history
where brand = ?1 and (?2 is null or program = ?2) and at between ?3 and ?4
  and (?5 is null or action_seq in (select seq from action where brand = ?1 and partner = ?5))
order by record, action_seq limit ?6 offset ?7;
