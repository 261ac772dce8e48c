select value, cast(sum(clicks) as bigint), cast(sum(cost) as bigint) from click_group
where brand = ?1 and program = ?2 and grouped_by = ?6 and day between ?3 and ?4 and partner = ?5
group by value having sum(clicks) > 0
order by sum(clicks) desc, value limit ?7;
