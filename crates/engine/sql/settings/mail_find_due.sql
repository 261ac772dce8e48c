select brand, number, recipient, subject, body, created_at, sent_at, state, tries, first_tried_at, due_at, leased_until, trouble
from mail
where state = 0 and due_at <= ?1 and leased_until <= ?1 order by due_at, brand, number limit 1;
