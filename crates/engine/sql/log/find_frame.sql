select position, facts from frame where edge = ?1 and epoch = ?2 and n = ?3;
