select value from installation where key = ?1;
