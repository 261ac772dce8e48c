-- Takes the partition's row, and makes it at the first time. Whoever holds it writes the partition's books.
insert into applied (partition, position) values (?1, 0)
on conflict (partition) do update set position = applied.position;
