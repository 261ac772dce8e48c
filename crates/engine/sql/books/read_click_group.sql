select cast(coalesce(sum(clicks), 0) as bigint), cast(coalesce(sum(cost), 0) as bigint) from click_group
where brand = ?1 and program = ?2 and grouped_by = ?6 and day between ?3 and ?4 and partner = ?5 and value = ?7;
