select position from applied where partition = ?1;
