insert into acme_challenge (host, kind, token, answer, expires_at) values (?1, ?2, ?3, ?4, ?5)
on conflict (host, kind) do update
set token = excluded.token, answer = excluded.answer, expires_at = excluded.expires_at;
