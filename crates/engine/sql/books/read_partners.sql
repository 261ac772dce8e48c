select partner, cast(sum(clicks) as bigint), cast(sum(uncounted) as bigint), cast(sum(impressions) as bigint), cast(sum(visits) as bigint), cast(sum(conversions) as bigint), cast(sum(assists) as bigint), cast(sum(unclaimed) as bigint), cast(sum(amount) as bigint), cast(sum(payout) as bigint) from rollup
where brand = ?1 and program = ?2 and day between ?3 and ?4 and (?5 is null or partner = ?5)
group by partner order by sum(payout) desc, partner;
