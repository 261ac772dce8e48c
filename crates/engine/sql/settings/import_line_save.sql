insert into import_line (import, line, brand, state, order_id, code, message, amount, touched, record, currency, amount_delta, payout_delta, undo)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (import, line) do update set state = excluded.state, code = excluded.code, message = excluded.message,
  amount = excluded.amount, touched = excluded.touched, record = excluded.record, currency = excluded.currency,
  amount_delta = excluded.amount_delta, payout_delta = excluded.payout_delta, undo = excluded.undo;
