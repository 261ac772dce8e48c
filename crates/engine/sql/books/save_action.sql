insert into action (brand, seq, program, event_type, record, partner, ad, click, evidence, share_ppm, order_id, occurred_at, opened_at, changed_at, state, disposition, currency, amount, payout, intended_amount, intended_payout, terms_version, terms_of_template, locks_at, owed, owed_since, payment, changes, held, awaits_rate, intended_worth, details, return_asked)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)
on conflict (brand, seq) do update set
  changed_at = excluded.changed_at,
  state = excluded.state,
  disposition = excluded.disposition,
  amount = excluded.amount,
  payout = excluded.payout,
  locks_at = excluded.locks_at,
  held = excluded.held,
  intended_payout = excluded.intended_payout,
  intended_worth = excluded.intended_worth,
  awaits_rate = excluded.awaits_rate,
  owed = excluded.owed,
  owed_since = excluded.owed_since,
  payment = excluded.payment,
  changes = excluded.changes,
  details = excluded.details,
  return_asked = excluded.return_asked;
