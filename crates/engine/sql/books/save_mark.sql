insert into click_mark (brand, program, partner, subject, cookie, first_at, last_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
on conflict (brand, subject, partner, program) do update set
  cookie = excluded.cookie,
  first_at = excluded.first_at,
  last_at = excluded.last_at;
