insert into placement (partition, cluster) values (?1, ?2)
on conflict (partition) do update set cluster = excluded.cluster;
