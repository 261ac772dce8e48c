select day, kind, reason, count from left_out
where brand = ?1 and program = ?2 and day between ?3 and ?4
order by day desc, kind, reason limit ?5;
