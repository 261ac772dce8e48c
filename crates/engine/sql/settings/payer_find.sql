select details from payer where brand = ?1;
