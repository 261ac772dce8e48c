select id, name, partition, account_sid from brand where id = ?1;
