select number, recipient, subject, body, created_at, sent_at from mail
where brand = ?1 order by number desc limit ?2;
