select version, installation from referee_store where name = ?1;
