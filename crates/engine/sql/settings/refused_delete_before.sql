delete from refused_report where received_at < ?1;
