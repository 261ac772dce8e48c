select coalesce(max(position), 0) from frame where partition = ?1;
