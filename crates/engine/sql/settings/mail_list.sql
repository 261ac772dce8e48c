select brand, number, recipient, subject, body, created_at, sent_at, state, tries, first_tried_at, due_at, leased_until, trouble
from mail
where brand = ?1 and (?2 < 0 or state = ?2) order by number desc limit ?3;
