delete from shop_delivery where received_at < ?1;
