select number, content from document where brand = ?1 and number = ?2 and partner = coalesce(?3, partner);
