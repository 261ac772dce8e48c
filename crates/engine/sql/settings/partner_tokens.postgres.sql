-- A token may belong to one partner of its brand, and says when it was last used.
alter table token add column partner integer, add column used_at bigint;
