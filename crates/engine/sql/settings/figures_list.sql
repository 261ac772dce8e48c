select payment, content from payment_figures where brand = ?1 and run = ?2;
