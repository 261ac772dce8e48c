select id, email, name, password_hash from "user" where email = ?1 and disabled_at is null;
