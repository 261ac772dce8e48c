insert into decision (brand, record, event_type, order_id, body)
values (?1, ?2, ?3, ?4, ?5);
