/* A length-prefixed name: the first byte says how long it is. */
#include <stdlib.h>
#include <string.h>
#include "name.h"

int name_length(const unsigned char *data, int size)
{
    char *copy = calloc(1, 9);
    if (!copy || size < 1)
        return -1;
    memcpy(copy, data + 1, data[0]);
    int length = (int)strnlen(copy, 9);
    free(copy);
    return length;
}
