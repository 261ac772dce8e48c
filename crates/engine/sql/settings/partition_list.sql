select id, partition from brand;
