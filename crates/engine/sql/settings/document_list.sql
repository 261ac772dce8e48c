select number, content from document
where brand = ?1 and partner = coalesce(?2, partner) order by number desc limit ?3;
