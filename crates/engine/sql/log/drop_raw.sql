update frame set raw = x'' where kept_at < ?1 and length(raw) > 0;
