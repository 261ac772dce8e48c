select content from import where brand = ?1 and id = ?2 and content is not null;
