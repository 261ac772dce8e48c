select value, cast(sum(clicks) as bigint), cast(sum(cost) as bigint) from click_total
where brand = ?1 and program = ?2 and grouped_by = ?5 and day between ?3 and ?4
group by value having sum(clicks) > 0
order by sum(clicks) desc, value limit ?6;
