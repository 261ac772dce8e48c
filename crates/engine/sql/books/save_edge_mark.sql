insert into edge_mark (partition, edge, epoch, n)
values (?1, ?2, ?3, ?4)
on conflict (partition, edge, epoch) do update set n = excluded.n;
