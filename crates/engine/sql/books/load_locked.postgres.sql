select partner, currency, amount from balance where brand = ?1 and account = 3 and partner = any(?2);
