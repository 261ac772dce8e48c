select "user".id, "user".email, "user".name, session.csrf from session
join "user" on "user".id = session.user
where session.token_hash = ?1 and session.expires_at > ?2 and "user".disabled_at is null;
