select id, record, at, run, partner, currency, proposed, actions, total, state, changed_at, reason, returned_to, sums from payment where brand = ?1 and state = ?2 order by id limit 1;
