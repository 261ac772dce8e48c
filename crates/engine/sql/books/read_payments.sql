select id, record, at, program, partner, currency, actions, total, open from payment
where brand = ?1 and (?2 is null or partner = ?2) order by id desc limit ?3;
