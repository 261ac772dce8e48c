select partition, position from log_end where partition in rarray(?1);
