select program, day, partner, mode, event_type, round, due_at, terms_version, terms_of_template, pending, pending_cost, accepted, accepted_cost, rejected, rejected_cost, action_seq from click_day
where brand = ?1 and program = ?2 and day between ?3 and ?4
  and (?5 is null or partner = ?5)
order by day, partner, mode;
