update tally set changed = 0, bonus = ?7, bonus_actions = ?8, bonus_amount = ?9, bonus_paid = ?10
where brand = ?1 and program = ?2 and event_type = ?3 and period = ?4 and day = ?5 and partner = ?6;
