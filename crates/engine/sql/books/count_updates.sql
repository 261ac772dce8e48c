select count(*) from history where brand = ?1 and (?2 is null or program = ?2) and at between ?3 and ?4
  and (?5 is null or action_seq in (select seq from action where brand = ?1 and partner = ?5));
