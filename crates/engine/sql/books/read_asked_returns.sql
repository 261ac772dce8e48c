select seq, program, event_type, record, partner, ad, click, evidence, share_ppm, order_id, occurred_at, opened_at, changed_at, state, disposition, currency, amount, payout, intended_amount, intended_payout, terms_version, terms_of_template, locks_at, owed, owed_since, payment, changes, held, awaits_rate, details from action
where brand = ?1 and partner between ?2 and ?3 and return_asked is not null
order by return_asked, seq limit ?4;
