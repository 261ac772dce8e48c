select topic, webhook_id, received_at, order_id, submission, outcome, detail, times from shop_delivery where shop = ?1 order by received_at desc, topic, webhook_id limit ?2;
