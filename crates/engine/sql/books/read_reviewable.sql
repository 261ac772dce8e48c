select no, record, program, partner, ad, occurred_at, day, mode, round, state, found, doubts, unpaid, country, network, referrer, device, system, browser, list_price, price, payout_group, review, landed from payable_click
where brand = ?1 and program = ?2 and day = ?3 and partner = ?4 and no > ?5 and mode = 1 and state = ?6
  and round = (select round from click_day where brand = ?1 and program = ?2 and day = ?3 and partner = ?4 and mode = 1)
  and (?7 is null or coalesce(found, 0) = ?7)
  and (?8 is null or network = ?8)
  and (?9 is null or coalesce(referrer, '') = ?9)
  and (?10 is null or landed = ?10)
order by no limit ?11;
