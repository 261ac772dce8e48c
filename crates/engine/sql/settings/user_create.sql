insert into "user" (id, email, name, password_hash, created_at)
values ((select coalesce(max(id), 0) + 1 from "user"), ?1, ?2, ?3, ?4)
returning id;
