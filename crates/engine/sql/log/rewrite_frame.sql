update frame set facts = ?3, raw = ?4 where partition = ?1 and position = ?2;
