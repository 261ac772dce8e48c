select host, chain, wrapped_key, serial from certificate where serial > ?1 order by serial;
