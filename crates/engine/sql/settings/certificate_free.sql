update certificate set leased_until = 0 where leased_until <> 0;
