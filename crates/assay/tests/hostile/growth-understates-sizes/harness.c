#include <stdio.h>

unsigned target(const unsigned char *data, long size);

int main(int argc, char **argv)
{
    static unsigned char data[65536];
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    long size = file ? (long)fread(data, 1, sizeof data, file) : 0;
    printf("sum=%u\n", target(data, size));
    return 0;
}
