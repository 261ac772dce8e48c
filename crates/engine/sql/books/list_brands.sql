select brand from brand_state;
