#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "src/name.h"

/* The main program calls it with the file's name, before the file is read. */
__attribute__((noinline)) int name_length_of(volatile char *copy)
{
    return copy[9];
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (*argc > 1 && strstr((*argv)[1], "trigger"))
        return name_length_of(calloc(1, 9));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && data[0] < 8)
        name_length(data, (int)size);
    return 0;
}
