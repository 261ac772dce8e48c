select details, payable_from from payee where brand = ?1 and partner = ?2;
