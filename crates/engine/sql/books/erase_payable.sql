update payable_click set network = ?3 where brand = ?1 and no = ?2;
