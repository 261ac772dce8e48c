select number, cancels from document where brand = ?1 and payment = ?2 order by number;
