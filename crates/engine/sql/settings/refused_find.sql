select id, program, received_at, kind, order_id, errors, payload from refused_report
where brand = ?1 and id = ?2;
