select record, edge, epoch, n, at, "user", role, reason, kind, subject, refusal from audit where brand = ?1 and record > ?2 order by record limit ?3;
