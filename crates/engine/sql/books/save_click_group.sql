insert into click_group (brand, program, grouped_by, day, partner, value, clicks, cost)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
on conflict (brand, program, grouped_by, day, partner, value) do update set
  clicks = click_group.clicks + excluded.clicks,
  cost = click_group.cost + excluded.cost;
