insert into shop_delivery (shop, topic, webhook_id, received_at, order_id, submission, outcome, detail, times)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
on conflict (shop, topic, webhook_id) do update set times = shop_delivery.times + 1;
