update click_mark set subject = ?3 where brand = ?1 and subject = ?2;
