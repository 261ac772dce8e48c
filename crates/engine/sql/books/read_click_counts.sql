select day, partner, ad, country, code, clicks, cost from click_count
where brand = ?1 and program = ?2 and day between ?3 and ?4
  and (?5 is null or partner = ?5)
  and clicks <> 0
order by day, partner, ad, country, code;
