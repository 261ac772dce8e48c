select record, a, b, occurred_at, refused from edge where brand = ?1 and a in rarray(?2) order by record, a, b;
