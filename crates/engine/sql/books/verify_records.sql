select 'record ' || record || ': its entries in ' || currency || ' sum to ' || sum(amount) from entry
where brand = ?1
group by record, currency having sum(amount) <> 0
order by record;
