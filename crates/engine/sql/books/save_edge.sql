-- Of separations the last holds, of all other edges the earliest.
insert into edge (brand, a, b, slot, record, n, occurred_at, bond)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
on conflict (brand, a, b, slot) do update set
  record = excluded.record,
  n = excluded.n,
  occurred_at = excluded.occurred_at,
  bond = excluded.bond
where edge.slot = -2
  or (excluded.occurred_at, excluded.record, excluded.n) < (edge.occurred_at, edge.record, edge.n);
