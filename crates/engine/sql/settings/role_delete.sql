delete from user_role where "user" = ?1 and brand = ?2;
