select sealed, state, record from erasure where brand = ?1 and id = ?2 and sealed is not null;
