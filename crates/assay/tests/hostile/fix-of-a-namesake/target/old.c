/* The way names were read once; nobody calls it any more. */
int old_name_length(const unsigned char *data, int size);

__attribute__((noinline)) static int name_length(const unsigned char *data, int size)
{
    return size < 1 ? -1 : data[0];
}

int old_name_length(const unsigned char *data, int size)
{
    return name_length(data, size) + name_length(data + 1, size - 1);
}
