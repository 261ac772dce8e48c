select id, record, at, currency, payments, proposed, proposed_by, state, decided_at, decided_by from payment_run where brand = ?1 and id = ?2;
