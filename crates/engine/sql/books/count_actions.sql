select count(*) from action
where brand = ?1
  and (?2 is null or program = ?2)
  and (?3 is null or partner = ?3)
  and (?4 is null or ?4 & (1 << state) <> 0)
  and (?5 is null or event_type = ?5)
  and (?6 is null or order_id = ?6)
  and occurred_at between ?7 and ?8
  and changed_at between ?9 and ?10
  and coalesce(locks_at, 9223372036854775807) between ?11 and ?12;
