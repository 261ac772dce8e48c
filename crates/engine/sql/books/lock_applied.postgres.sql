-- Whoever holds the row writes the partition's books until the transaction ends.
select position from applied where partition = ?1 for update;
