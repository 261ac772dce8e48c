insert into click_total (brand, program, grouped_by, day, value, clicks, cost)
select brand, program, grouped_by, day, value, -clicks, -cost from click_group
where brand = ?1 and program = ?2 and grouped_by = ?3 and day = ?4 and partner = ?5
on conflict (brand, program, grouped_by, day, value) do update set
  clicks = click_total.clicks + excluded.clicks,
  cost = click_total.cost + excluded.cost;
