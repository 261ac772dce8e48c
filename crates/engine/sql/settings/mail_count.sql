select count(*) from mail where state = 0;
