select program, partner, subject, cookie, first_at, last_at
from unnest(?2) as wanted (key), lateral (
  select * from click_mark where brand = ?1 and subject = wanted.key offset 0
) as found;
