select details, payable_from, partner from payee where brand = ?1 order by partner;
