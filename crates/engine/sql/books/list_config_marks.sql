select brand, record from config_mark;
