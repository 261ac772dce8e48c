update erasure set position = null, leased_until = 0 where state = 2;
