update erasure set leased_until = 0 where state < 3;
