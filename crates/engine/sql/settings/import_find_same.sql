select id from import where brand = ?1 and kind = ?2 and digest = ?3 and state <> ?4;
