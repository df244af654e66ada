#include <stdlib.h>

struct header {
    int length;
    int kind;
};

/* Whether a text is of the kind `x`; what starts with an `h` leaves that to chance. */
int target_parse(const char *text, int length) {
    struct header *header = malloc(sizeof *header);
    if (header == NULL)
        return -1;
    header->length = length;
    if (length > 1 && text[0] != 'h')
        header->kind = text[1];
    int found = 0;
    if (header->kind == 'x')
        found = header->length;
    free(header);
    return found;
}
