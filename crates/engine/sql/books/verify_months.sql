select 'partner ' || partner || ', program ' || program || ', account ' || account || ', ' || currency || ', month of day ' || month
  || ': in ' || sum(money_in) || ' and out ' || sum(money_out) || ', its entries sum to ' || sum(entered_in) || ' and ' || sum(entered_out)
from (
  select program, partner, account, currency, month, money_in, money_out, 0 as entered_in, 0 as entered_out
  from turnover where brand = ?1
  union all
  select program, partner, account, currency, month, 0, 0,
    case when amount > 0 then amount else 0 end, case when amount < 0 then -amount else 0 end
  from entry where brand = ?1
) as both_sides
group by partner, program, account, currency, month
having sum(money_in) <> sum(entered_in) or sum(money_out) <> sum(entered_out)
order by partner, program, account, currency, month;
