#include <stdlib.h>
#include <string.h>

/* A copy of a text, which the caller is to free. */
char *target_copy(const char *text, int length) {
    char *copy = calloc(1, (size_t)length + 1);
    if (copy != NULL)
        memcpy(copy, text, (size_t)length);
    return copy;
}
