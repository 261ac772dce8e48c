insert into brand_state (brand, last_record, rules_version, brand_time, last_node, last_ad, last_event_type, last_action_seq, last_payment, last_payment_run, last_review, last_unsettled_at, work_waits, posted_at, not_before, rates_after, has_shop_orders)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
on conflict (brand) do update set
  last_record = excluded.last_record,
  rules_version = excluded.rules_version,
  brand_time = excluded.brand_time,
  last_node = excluded.last_node,
  last_ad = excluded.last_ad,
  last_event_type = excluded.last_event_type,
  last_action_seq = excluded.last_action_seq,
  last_payment = excluded.last_payment,
  last_payment_run = excluded.last_payment_run,
  last_review = excluded.last_review,
  last_unsettled_at = excluded.last_unsettled_at,
  work_waits = excluded.work_waits,
  posted_at = excluded.posted_at,
  not_before = excluded.not_before,
  rates_after = excluded.rates_after,
  has_shop_orders = excluded.has_shop_orders;
