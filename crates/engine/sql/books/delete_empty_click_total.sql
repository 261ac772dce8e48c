delete from click_total where brand = ?1 and program = ?2 and grouped_by = ?3 and day = ?4 and value = ?5 and clicks = 0;
