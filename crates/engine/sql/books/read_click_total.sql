select cast(coalesce(sum(clicks), 0) as bigint), cast(coalesce(sum(cost), 0) as bigint) from click_total
where brand = ?1 and program = ?2 and grouped_by = ?5 and day between ?3 and ?4 and value = ?6;
