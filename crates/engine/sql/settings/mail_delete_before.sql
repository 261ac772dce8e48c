delete from mail where created_at < ?1 and state <> 0;
