select token.id, token.brand, token.kind, token.name, token.scopes, brand.account_sid, token.partner, token.created_at, token.used_at from token
join brand on brand.id = token.brand
left join membership on membership.brand = token.brand and membership.partner = token.partner
where token.secret_hash = ?1 and token.revoked_at is null
  and (token.partner is null or membership.partner is not null);
