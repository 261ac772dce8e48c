select 'partner ' || partner || ', program ' || program || ', account ' || account || ', ' || currency || ': the balance is '
  || sum(held) || ', its entries sum to ' || sum(entered)
from (
  select program, partner, account, currency, amount as held, 0 as entered from balance where brand = ?1
  union all
  select program, partner, account, currency, 0, amount from entry where brand = ?1
) as both_sides
group by partner, program, account, currency having sum(held) <> sum(entered)
order by partner, program, account, currency;
