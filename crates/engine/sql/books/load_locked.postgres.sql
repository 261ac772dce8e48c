select partner, amount from balance where brand = ?1 and account = 3 and currency = ?2 and partner = any(?3);
