select position, edge, epoch, n, first_fact_n, records, facts, raw, kept_at from frame
where partition = ?1 and position > ?2
order by position limit ?3;
