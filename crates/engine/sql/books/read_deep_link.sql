select address from deep_link where brand = ?1 and click = ?2;
