select id, name, partition, account_sid, identity_key from brand order by id;
