insert into referee_store (name, version, installation) values (?1, ?2, ?3);
