-- By the frames' own order, so that only what is new is read.
select partition, max(position) from frame not indexed where position > ?1 group by partition;
