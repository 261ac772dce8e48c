insert into shop_delivery (shop, topic, webhook_id, received_at, order_id, submission, outcome, detail, times)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
on conflict (shop, topic, webhook_id) do update set
  -- What was refused because the shop was not connected may be taken when it comes again.
  order_id = case when shop_delivery.outcome = 'SHOP_UNINSTALLED' then excluded.order_id else shop_delivery.order_id end,
  submission = case when shop_delivery.outcome = 'SHOP_UNINSTALLED' then excluded.submission else shop_delivery.submission end,
  detail = case when shop_delivery.outcome = 'SHOP_UNINSTALLED' then excluded.detail else shop_delivery.detail end,
  outcome = case when shop_delivery.outcome = 'SHOP_UNINSTALLED' then excluded.outcome else shop_delivery.outcome end,
  times = shop_delivery.times + 1;
