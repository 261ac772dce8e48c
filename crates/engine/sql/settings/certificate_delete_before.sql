delete from certificate where next_try_at < ?1 and ends_at < ?1;
