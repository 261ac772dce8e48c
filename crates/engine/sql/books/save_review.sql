insert into review (brand, id, record, at, user_id, program, filter, decision, reason, state, day, partner, click, accepted, decided, decided_cost, cost_delta, too_late)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
on conflict (brand, id) do update set
  state = excluded.state,
  day = excluded.day,
  partner = excluded.partner,
  click = excluded.click,
  accepted = excluded.accepted,
  decided = excluded.decided,
  decided_cost = excluded.decided_cost,
  cost_delta = excluded.cost_delta,
  too_late = excluded.too_late;
