select day, partner from click_day
where brand = ?1 and program = ?2 and mode = 1 and due_at is not null
  and (?3 is null or partner = ?3)
  and day between ?4 and ?5
  and (day, partner) >= (?6, ?7)
order by day, partner;
