/* A greeting: the first byte of a message says how long the name behind it is. */
#include <stdlib.h>

#include "greet.h"

int greet(const unsigned char *message, size_t size) {
    if (size < 1)
        return -1;
    size_t length = message[0];
    char *name = malloc(16);
    if (name == NULL)
        return -1;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)message[1 + i];
    int first = length > 0 ? name[0] : 0;
    free(name);
    return first;
}
