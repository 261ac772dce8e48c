select partition, cluster from placement;
