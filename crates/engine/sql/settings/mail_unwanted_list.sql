select topic from mail_unwanted where "user" = ?1 and brand = ?2 order by topic;
