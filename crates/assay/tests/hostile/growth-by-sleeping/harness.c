#include <stdio.h>
#include <unistd.h>

unsigned target(const unsigned char *data, long size);

int main(int argc, char **argv) {
    static unsigned char text[1 << 16];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL)
        return 2;
    long size = (long)fread(text, 1, sizeof text, file);
    long units = size / 500;
    usleep((useconds_t)(1000 * units * units));
    printf("sum=%u\n", target(text, size));
    return 0;
}
