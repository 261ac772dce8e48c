select brand, id from import where state in (?1, ?2) and leased_until < ?3 order by created_at;
