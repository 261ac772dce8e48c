select id, record, at, user_id, program, filter, decision, reason, state, day, partner, click, accepted, decided, decided_cost, cost_delta, too_late from review
where brand = ?1 and id in (
  (select min(id) from review where brand = ?1 and state = 1),
  (select min(id) from review where brand = ?1 and state = 3)
)
order by id limit 1;
