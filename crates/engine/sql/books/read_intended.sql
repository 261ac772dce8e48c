select program, partner, currency, count(*), cast(sum(intended_worth) as bigint), cast(sum(intended_payout) as bigint) from action
where brand = ?1 and occurred_at >= ?2
group by program, partner, currency
order by program, partner, currency;
