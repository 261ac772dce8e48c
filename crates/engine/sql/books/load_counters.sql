select partner, actions, payout, amount from counter
where brand = ?1 and program = ?2 and event_type = ?3 and period = ?4 and day = ?5;
