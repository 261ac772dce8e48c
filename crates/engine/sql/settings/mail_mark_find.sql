select record from mail_mark where brand = ?1;
