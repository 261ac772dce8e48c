select partner, payouts, returned from returns where brand = ?1 and program = ?2 and month = ?3;
