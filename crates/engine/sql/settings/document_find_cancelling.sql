select number, content from document where brand = ?1 and cancels = ?2;
