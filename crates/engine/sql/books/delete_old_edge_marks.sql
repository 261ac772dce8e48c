delete from edge_mark
where partition = ?1 and epoch <= (
  select newer.epoch from edge_mark as newer
  where newer.partition = edge_mark.partition and newer.edge = edge_mark.edge
  order by newer.epoch desc limit 1 offset ?2
);
