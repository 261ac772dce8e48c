select 'partner ' || partner || ', program ' || program || ', account ' || account || ', ' || currency || ': the balance is '
  || sum(held) || ', its months sum to ' || sum(moved)
from (
  select program, partner, account, currency, amount as held, 0 as moved from balance where brand = ?1
  union all
  select program, partner, account, currency, 0, money_in - money_out from turnover where brand = ?1
) as both_sides
group by partner, program, account, currency having sum(held) <> sum(moved)
order by partner, program, account, currency;
