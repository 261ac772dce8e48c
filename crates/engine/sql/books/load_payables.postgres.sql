-- Each key by itself, through the index, as with clicks.
select no, record, program, partner, ad, occurred_at, day, mode, round, state, found, doubts, unpaid, country, network, referrer, device, system, browser, list_price, price, payout_group, review, landed
from unnest(?2) as wanted (key), lateral (
  select * from payable_click where brand = ?1 and no = wanted.key offset 0
) as found;
