insert into audit (brand, record, edge, epoch, n, at, "user", role, reason, kind, subject, refusal)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
