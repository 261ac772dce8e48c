select received_at, order_id, submission, outcome, detail, times from shop_delivery where shop = ?1 and topic = ?2 and webhook_id = ?3;
