delete from session where "user" = ?1;
