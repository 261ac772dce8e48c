update import set leased_until = 0 where state in (?1, ?2);
