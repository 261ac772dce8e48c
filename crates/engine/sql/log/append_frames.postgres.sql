-- A frame that was kept before takes no number.
with new as (
  select * from unnest(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    as new (partition, edge, epoch, n, first_fact_n, records, packed_at, facts, raw)
  where not exists (
    select 1 from frame
    where frame.partition = new.partition and frame.edge = new.edge and frame.epoch = new.epoch and frame.n = new.n
  )
),
taken as (
  insert into log_end (partition, position)
  select partition, 1 from new order by partition
  on conflict (partition) do update set position = log_end.position + 1
  returning partition, position
)
insert into frame (partition, position, edge, epoch, n, first_fact_n, records, kept_at, facts, raw)
select partition, taken.position, edge, epoch, n, first_fact_n, records,
  packed_at, facts, raw
from new join taken using (partition)
on conflict (partition, edge, epoch, n) do nothing
returning partition, position;
