select subject, partner, program, cookie from click_mark where brand = ?1 and cookie in rarray(?2);
