select id, record, at, program, partner, currency, actions, total, open from payment where brand = ?1 and open = 1 order by id limit 1;
