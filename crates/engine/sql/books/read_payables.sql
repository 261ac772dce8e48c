select no, record, program, partner, ad, occurred_at, day, mode, round, state, found, doubts, unpaid, country, network, referrer, device, system, browser, list_price, price, payout_group, review, landed from payable_click
where brand = ?1 and program = ?2 and day = ?3 and partner between ?4 and ?5 and (partner, no) > (?6, ?7)
order by partner, no limit ?8;
