-- Of one partner, or of all: then the first and the last there may be.
select month, program, currency, account, cast(sum(money_in) as bigint), cast(sum(money_out) as bigint) from turnover
where brand = ?1 and partner between ?2 and ?3
group by month, program, currency, account
order by month, program, currency, account;
