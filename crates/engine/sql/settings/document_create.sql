insert into document (brand, number, partner, payment, cancels, issued_at, content)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7);
