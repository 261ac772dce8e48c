select "user".id, "user".email, "user".name, user_role.role, user_role.partner, "user".disabled_at from user_role
join "user" on "user".id = user_role.user
where user_role.brand = ?1 order by "user".email;
