select
  (select min(locks_at) from action where brand = ?1 and state = 1 and held = 0),
  (select min(until) from unsettled where brand = ?1),
  (select min(due_at) from click_day where brand = ?1 and due_at is not null);
