-- Many frames of one partition in their order; those that were kept before take no number.
with new as (
  select row_number() over (order by i) as place, *
  from unnest(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) with ordinality
    as new (edge, epoch, n, first_fact_n, records, packed_at, facts, raw, i)
  where not exists (
    select 1 from frame
    where frame.partition = ?1 and frame.edge = new.edge and frame.epoch = new.epoch and frame.n = new.n
  )
),
taken as (
  insert into log_end (partition, position)
  select ?1, count(*) from new
  on conflict (partition) do update set position = log_end.position + excluded.position
  returning position - (select count(*) from new) as before
)
insert into frame (partition, position, edge, epoch, n, first_fact_n, records, kept_at, facts, raw)
select ?1, taken.before + new.place, edge, epoch, n, first_fact_n, records,
  packed_at, facts, raw
from new, taken;
