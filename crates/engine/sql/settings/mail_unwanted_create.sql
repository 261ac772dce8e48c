insert into mail_unwanted ("user", brand, topic) values (?1, ?2, ?3);
