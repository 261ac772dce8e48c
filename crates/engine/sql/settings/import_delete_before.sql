delete from import where state = ?1 and created_at < ?2;
