update click_group set value = ?4 where brand = ?1 and grouped_by = ?2 and value = ?3;
