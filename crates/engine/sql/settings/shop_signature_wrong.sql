update shop set signatures_wrong = signatures_wrong + 1, wrong_at = ?2 where key = ?1;
