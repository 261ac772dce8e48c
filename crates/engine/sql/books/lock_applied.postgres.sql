select position from applied where partition = ?1 for update;
