select user_role.brand, brand.name, user_role.role, user_role.partner from user_role
join brand on brand.id = user_role.brand
where user_role.user = ?1 order by user_role.brand;
