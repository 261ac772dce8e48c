delete from refused_report where brand = ?1 and id = ?2;
