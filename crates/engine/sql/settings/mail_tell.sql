insert into mail (brand, number, recipient, subject, body, created_at, sent_at, due_at, about)
select ?1, (select coalesce(max(number), 0) + 1 from mail where brand = ?1), ?2, ?3, ?4, ?5, null, ?5, ?6
where not exists (select 1 from mail where brand = ?1 and about = ?6 and about <> '' and recipient = ?2);
