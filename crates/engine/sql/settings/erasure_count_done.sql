select count(*) from erasure where state = 3;
