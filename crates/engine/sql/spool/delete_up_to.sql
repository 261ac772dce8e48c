delete from spooled where partition = ?1 and place <= ?2;
