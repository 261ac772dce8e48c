update referee_store set version = ?2 where name = ?1;
