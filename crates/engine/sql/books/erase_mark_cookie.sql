update click_mark set cookie = ?5 where brand = ?1 and subject = ?2 and partner = ?3 and program = ?4;
