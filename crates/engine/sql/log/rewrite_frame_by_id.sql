update frame set facts = ?5, raw = ?6 where partition = ?1 and edge = ?2 and epoch = ?3 and n = ?4;
