insert into spooled (partition, edge, epoch, n, first_fact_n, records, kept_at, facts, raw)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
