select id, record, at, run, partner, currency, proposed, actions, total, state, changed_at, reason, returned_to, sums from payment
where brand = ?1 and (?2 is null or partner = ?2) and (?3 is null or run = ?3) and id < ?4 and (?6 = 0 or state in (1, 2, 5))
order by id desc limit ?5;
