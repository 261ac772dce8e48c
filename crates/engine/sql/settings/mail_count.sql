select count(*) from mail where state = ?1 and sent_at is null;
