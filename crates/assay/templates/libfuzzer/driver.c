/* Stands in for libFuzzer: gives one file to the fuzz target, in a buffer of exactly its size. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return 2;
    long size = ftell(file);
    if (size < 0 || size > 16 << 20)
        return 2;
    uint8_t *data = malloc((size_t)size + (size == 0));
    rewind(file);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)
        return 2;
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    puts("done");
    return 0;
}
