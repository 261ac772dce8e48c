insert into refused_report (id, brand, program, received_at, kind, order_id, errors, payload)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
