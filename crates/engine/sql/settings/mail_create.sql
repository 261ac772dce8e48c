insert into mail (brand, number, recipient, subject, body, created_at, sent_at, due_at)
select ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, null, ?5 from mail where brand = ?1;
