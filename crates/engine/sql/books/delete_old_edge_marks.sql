delete from edge_mark
where partition = ?1 and edge = ?2 and epoch <= (
  select epoch from edge_mark where partition = ?1 and edge = ?2 order by epoch desc limit 1 offset ?3
);
