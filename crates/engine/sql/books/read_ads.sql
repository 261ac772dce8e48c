select ad, sum(clicks), sum(uncounted), sum(visits), sum(conversions), sum(unclaimed), sum(amount), sum(payout) from rollup
where brand = ?1 and program = ?2 and day between ?3 and ?4 and (?5 is null or partner = ?5)
group by ad order by sum(payout) desc, ad;
