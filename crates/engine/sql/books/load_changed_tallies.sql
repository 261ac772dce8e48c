select program, event_type, period, day, partner, actions, amount, ends_at, changed, bonus, bonus_actions, bonus_amount, bonus_paid from tally
where brand = ?1 and program = ?2 and event_type = ?3 and period = ?4 and changed = 1 and ends_at <= ?5
order by ends_at, partner limit ?6;
