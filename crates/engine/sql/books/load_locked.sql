-- What is locked for partners, by currency and program.
select partner, currency, amount from balance where brand = ?1 and account = 3 and partner in rarray(?2);
