insert into payable_click (brand, no, record, program, partner, ad, occurred_at, day, mode, round, state, found, doubts, unpaid, country, network, referrer, device, system, browser, list_price, price, payout_group, review, landed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)
on conflict (brand, no) do update set
  state = excluded.state,
  price = excluded.price,
  review = excluded.review,
  landed = excluded.landed;
