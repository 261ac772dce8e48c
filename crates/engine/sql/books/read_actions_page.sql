select seq, program, event_type, record, partner, ad, click, evidence, share_ppm, order_id, occurred_at, opened_at, changed_at, state, disposition, currency, amount, payout, intended_amount, intended_payout, terms_version, terms_of_template, locks_at, owed, owed_since, payment, changes, held, awaits_rate, details from action
where brand = ?1
  and (?2 is null or program = ?2)
  and (?3 is null or partner = ?3)
  and (?4 is null or ?4 & (1 << state) <> 0)
  and (?5 is null or event_type = ?5)
  and (?6 is null or order_id = ?6)
  and occurred_at between ?7 and ?8
  and changed_at between ?9 and ?10
  and coalesce(locks_at, 9223372036854775807) between ?11 and ?12
order by occurred_at, seq limit ?13 offset ?14;
