select partition, count(*), sum(length(facts) + length(raw)), min(kept_at) from spooled group by partition;
