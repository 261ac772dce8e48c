-- Of one partner, or of all: then the first and the last there may be.
select partner, program, currency, account,
  cast(sum(case when month < ?4 then money_in - money_out else 0 end) as bigint),
  cast(sum(case when month = ?4 then money_in else 0 end) as bigint),
  cast(sum(case when month = ?4 then money_out else 0 end) as bigint)
from turnover
where brand = ?1 and partner between ?2 and ?3 and month <= ?4
group by partner, program, currency, account
order by partner, program, currency, account;
