select record, edge, epoch, n, at, "user", role, reason, kind, subject, refusal from audit where brand = ?1 and edge = ?2 and epoch = ?3 and n = ?4;
