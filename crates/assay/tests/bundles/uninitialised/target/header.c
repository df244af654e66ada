/* A header: a byte for the kind, and a length that says whether a kind is there at all. */
#include <stdlib.h>
#include "header.h"

struct header {
    int length;
    int kind;
};

static void header_read(struct header *header, const unsigned char *data, int size)
{
    header->length = size;
    if (size > 1)
        header->kind = data[1];
}

int header_kind(const unsigned char *data, int size)
{
    struct header *header = malloc(sizeof *header);
    if (!header)
        return -1;
    header_read(header, data, size);
    int known = 0;
    if (header->kind == 7)
        known = header->length;
    free(header);
    return known;
}
