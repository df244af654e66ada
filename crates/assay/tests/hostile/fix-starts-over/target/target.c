#include <stdlib.h>
#include <string.h>

/* The length of a text, by way of a copy that is forgotten when it starts with an `h`. */
int target_parse(const char *text, int length) {
    char *copy = malloc((size_t)length + 1);
    if (copy == NULL)
        return -1;
    memcpy(copy, text, (size_t)length);
    copy[length] = 0;
    int found = (int)strlen(copy);
    if (copy[0] != 'h')
        free(copy);
    return found;
}
