select count(*) from refused_report where brand = ?1;
