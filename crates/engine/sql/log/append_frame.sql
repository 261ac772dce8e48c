insert into frame (partition, edge, epoch, n, first_fact_n, records, kept_at, facts, raw)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
on conflict (partition, edge, epoch, n) do nothing
returning position;
