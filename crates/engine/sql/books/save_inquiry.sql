insert into inquiry (brand, id, record, program, partner, kind, event_type, order_id, action_seq, ordered_at, currency, amount, click, opened_at, opened_by, due_at, state, reason, answered_at, answered_by, appealed_at, notes)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
on conflict (brand, id) do update set
  action_seq = excluded.action_seq,
  due_at = excluded.due_at,
  state = excluded.state,
  reason = excluded.reason,
  answered_at = excluded.answered_at,
  answered_by = excluded.answered_by,
  appealed_at = excluded.appealed_at,
  notes = excluded.notes;
