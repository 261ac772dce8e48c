select "user".email from user_role
join "user" on "user".id = user_role."user"
where user_role.brand = ?1 and "user".disabled_at is null
  and (user_role.partner = ?2 or (?2 is null and user_role.partner is null and user_role.role in (1, 2)))
  and not exists (select 1 from mail_unwanted it where it."user" = "user".id and it.brand = ?1 and it.topic = ?3)
order by "user".email;
