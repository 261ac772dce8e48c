select id, record, at, user_id, program, filter, decision, reason, state, day, partner, click, accepted, decided, decided_cost, cost_delta, too_late from review
where brand = ?1 and (?2 is null or program = ?2) and id < ?3
order by id desc limit ?4;
