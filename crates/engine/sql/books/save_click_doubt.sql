insert into click_doubt (brand, record, at, program, partner, day, test, clicks, seen_ppm, expected_ppm, chance_ppm)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
