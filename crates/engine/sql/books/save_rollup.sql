insert into rollup (brand, program, day, partner, ad, clicks, uncounted, impressions, visits, conversions, assists, unclaimed, amount, payout)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (brand, program, day, partner, ad) do update set
  clicks = rollup.clicks + excluded.clicks,
  uncounted = rollup.uncounted + excluded.uncounted,
  impressions = rollup.impressions + excluded.impressions,
  visits = rollup.visits + excluded.visits,
  conversions = rollup.conversions + excluded.conversions,
  assists = rollup.assists + excluded.assists,
  unclaimed = rollup.unclaimed + excluded.unclaimed,
  amount = rollup.amount + excluded.amount,
  payout = rollup.payout + excluded.payout;
