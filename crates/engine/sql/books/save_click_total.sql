insert into click_total (brand, program, grouped_by, day, value, clicks, cost)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
on conflict (brand, program, grouped_by, day, value) do update set
  clicks = click_total.clicks + excluded.clicks,
  cost = click_total.cost + excluded.cost;
