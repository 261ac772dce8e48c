select token.id, token.brand, token.kind, token.name, token.scopes, brand.account_sid from token
join brand on brand.id = token.brand
where token.secret_hash = ?1 and token.revoked_at is null;
