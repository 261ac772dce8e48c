select program, partner, subject, cookie, first_at, last_at from click_mark where brand = ?1 and subject in rarray(?2);
