select position, facts from frame where partition = ?1 and edge = ?2 and epoch = ?3 and n = ?4;
