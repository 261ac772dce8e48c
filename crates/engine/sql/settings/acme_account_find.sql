select wrapped from acme_account where directory = ?1;
