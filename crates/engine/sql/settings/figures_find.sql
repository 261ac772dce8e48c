select content from payment_figures where brand = ?1 and payment = ?2;
