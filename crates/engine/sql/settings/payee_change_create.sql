insert into payee_change (brand, partner, number, at, "user", fields)
select ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5 from payee_change where brand = ?1 and partner = ?2;
