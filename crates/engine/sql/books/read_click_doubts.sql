select record, at, program, partner, day, test, clicks, seen_ppm, expected_ppm, chance_ppm from click_doubt
where brand = ?1 and program = ?2 and day between ?3 and ?4
  and (?5 is null or partner = ?5)
order by record desc limit ?6;
