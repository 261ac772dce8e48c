select program, day, partner, mode, event_type, round, due_at, terms_version, terms_of_template, pending, pending_cost, accepted, accepted_cost, rejected, rejected_cost, action_seq from click_day
where brand = ?1 and due_at is not null and mode = 1
  and (?2 is null or program = ?2)
  and (?3 is null or partner = ?3)
order by due_at, program, day, partner;
