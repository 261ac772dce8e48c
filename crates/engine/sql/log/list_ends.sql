-- Steps from one partition to the next by the index: the price is that of the partitions and not of the frames.
with recursive known (partition) as (
  select min(partition) from frame
  union all
  select (select min(partition) from frame where partition > known.partition)
  from known where known.partition is not null
)
select partition, (select max(position) from frame where partition = known.partition)
from known where partition is not null;
