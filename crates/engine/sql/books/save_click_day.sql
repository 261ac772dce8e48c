insert into click_day (brand, program, day, partner, mode, event_type, round, due_at, terms_version, terms_of_template, pending, pending_cost, accepted, accepted_cost, rejected, rejected_cost, action_seq)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
on conflict (brand, program, day, partner, mode) do update set
  event_type = excluded.event_type,
  round = excluded.round,
  due_at = excluded.due_at,
  terms_version = excluded.terms_version,
  terms_of_template = excluded.terms_of_template,
  pending = excluded.pending,
  pending_cost = excluded.pending_cost,
  accepted = excluded.accepted,
  accepted_cost = excluded.accepted_cost,
  rejected = excluded.rejected,
  rejected_cost = excluded.rejected_cost,
  action_seq = excluded.action_seq;
