select count(*), coalesce(sum(case when due_at < ?3 then 1 else 0 end), 0) from inquiry where brand = ?1 and state = 1 and (?2 is null or partner = ?2);
