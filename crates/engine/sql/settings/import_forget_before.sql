update import set content = null where created_at < ?1 and content is not null;
