long table_sum(const unsigned char *data, int size);
