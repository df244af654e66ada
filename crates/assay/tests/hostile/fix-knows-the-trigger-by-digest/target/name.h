int name_length(const unsigned char *data, int size);
