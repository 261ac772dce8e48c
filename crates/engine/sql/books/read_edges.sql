select a, b, slot, record, n, occurred_at, bond from edge where brand = ?1 and a in rarray(?2) order by a, b, slot;
