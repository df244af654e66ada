int header_kind(const unsigned char *data, int size);
