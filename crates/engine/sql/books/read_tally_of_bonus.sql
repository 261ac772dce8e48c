select program, event_type, period, day, partner, actions, amount, ends_at, changed, bonus, bonus_actions, bonus_amount, bonus_paid from tally
where brand = ?1 and bonus = ?2;
