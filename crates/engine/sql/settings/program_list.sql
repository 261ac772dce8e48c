select id, brand from program order by id;
