select partition from log_end order by partition;
