select partner.id, partner.name from membership
join partner on partner.id = membership.partner
where membership.brand = ?1 order by partner.id;
