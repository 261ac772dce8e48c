select program, partner, account, currency, amount from balance
where brand = ?1 and (?2 is null or partner = ?2) order by program, partner, account, currency;
