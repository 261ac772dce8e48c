select 1 from mail where brand = ?1 and about = ?2 and about <> '' limit 1;
