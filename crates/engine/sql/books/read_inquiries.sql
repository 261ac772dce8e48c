select id, record, program, partner, kind, event_type, order_id, action_seq, ordered_at, currency, amount, click, opened_at, opened_by, due_at, state, reason, answered_at, answered_by, appealed_at, notes from inquiry
where brand = ?1
  and (?2 is null or program = ?2)
  and (?3 is null or partner = ?3)
  and (?4 is null or kind = ?4)
  and (?5 is null or order_id = ?5)
  and (?6 is null or ?6 & (1 << state) <> 0)
  and id < ?7
order by id desc limit ?8;
