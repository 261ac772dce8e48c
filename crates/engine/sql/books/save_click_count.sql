insert into click_count (brand, program, day, partner, ad, country, code, clicks, cost)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
on conflict (brand, program, day, partner, ad, country, code) do update set
  clicks = click_count.clicks + excluded.clicks,
  cost = click_count.cost + excluded.cost;
