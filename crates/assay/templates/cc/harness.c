/* Hands a file to the target, in a buffer of exactly its size: a sanitizer then sees the first byte past the end. */
#include <stdio.h>
#include <stdlib.h>

#include "greet.h"

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return 2;
    long size = ftell(file);
    if (size < 1 || size > 1 << 20)
        return 2;
    unsigned char *message = malloc((size_t)size);
    rewind(file);
    if (message == NULL || fread(message, 1, (size_t)size, file) != (size_t)size)
        return 2;
    fclose(file);
    printf("first=%d\n", greet(message, (size_t)size));
    free(message);
    return 0;
}
