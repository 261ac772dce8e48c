select partition, position from applied order by partition;
