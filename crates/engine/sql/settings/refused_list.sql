select id, program, received_at, kind, order_id, errors, payload from refused_report
where brand = ?1 and received_at < ?2 order by received_at desc limit ?3;
