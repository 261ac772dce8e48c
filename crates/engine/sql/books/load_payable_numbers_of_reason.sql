select no from payable_click
where brand = ?1 and program = ?2 and day = ?3 and partner = ?4 and no > ?5 and found = ?6
order by no limit ?7;
