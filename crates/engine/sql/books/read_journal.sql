select posted_on, program, partner, currency, account,
  cast(sum(case when amount > 0 then amount else 0 end) as bigint),
  cast(sum(case when amount < 0 then -amount else 0 end) as bigint),
  cast(sum(case when amount > 0 then 1 else 0 end) as bigint),
  cast(sum(case when amount < 0 then 1 else 0 end) as bigint)
from entry
where brand = ?1 and month = ?2
group by posted_on, program, partner, currency, account
order by posted_on, program, partner, currency, account;
