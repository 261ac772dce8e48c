select day, partner, cast(sum(clicks) as bigint) from click_count
where brand = ?1 and program = ?2 and day between ?3 and ?4 and code in rarray(?5)
group by day, partner
order by day, partner;
