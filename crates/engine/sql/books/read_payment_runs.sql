select id, record, at, currency, payments, proposed, proposed_by, state, decided_at, decided_by from payment_run where brand = ?1 order by id desc limit ?2;
