select place, kept_at, edge, epoch, n, first_fact_n, records, facts, raw from spooled
where partition = ?1 and place > ?2
order by place limit 1;
