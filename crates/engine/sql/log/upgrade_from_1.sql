-- A frame's id is its partition's own.
drop index frame_by_id;
create unique index frame_by_id on frame (partition, edge, epoch, n);
