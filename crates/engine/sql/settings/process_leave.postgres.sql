delete from process where edge = ?1 and epoch = ?2;
