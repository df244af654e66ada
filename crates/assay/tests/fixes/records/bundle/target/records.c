#include "records.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 32

/* Keeps a value, in upper case. */
static char *keep_name(const char *value, size_t length)
{
    char *kept = malloc(ROOM);
    if (!kept)
        return NULL;
    for (size_t i = 0; i < length; i++)
        kept[i] = (char)toupper((unsigned char)value[i]);
    kept[length] = '\0';
    return kept;
}

/* Keeps a value, as it is. */
static char *keep_note(const char *value, size_t length)
{
    char *kept = malloc(ROOM);
    if (!kept)
        return NULL;
    memcpy(kept, value, length);
    kept[length] = '\0';
    return kept;
}

static long number(const char *value, size_t length)
{
    long sum = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)value[i]))
            return -1;
        sum = (sum * 10 + (value[i] - '0')) % 1000000007;
    }
    return sum;
}

static int line(struct records *r, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    if (!equals)
        return -1;
    size_t key = (size_t)(equals - text);
    const char *value = equals + 1;
    size_t rest = length - key - 1;
    if (key == 4 && memcmp(text, "name", 4) == 0) {
        free(r->name);
        r->name = keep_name(value, rest);
        return r->name ? 0 : -1;
    }
    if (key == 4 && memcmp(text, "note", 4) == 0) {
        free(r->note);
        r->note = keep_note(value, rest);
        return r->note ? 0 : -1;
    }
    if (key == 3 && memcmp(text, "add", 3) == 0) {
        long n = number(value, rest);
        if (n < 0)
            return -1;
        r->total += n;
        return 0;
    }
    return -1;
}

int records_read(struct records *r, const char *text, size_t length)
{
    memset(r, 0, sizeof *r);
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t here = end ? (size_t)(end - text) : length;
        if (here > 0 && line(r, text, here) != 0)
            return -1;
        r->lines += here > 0;
        here += end != NULL;
        text += here;
        length -= here;
    }
    return 0;
}

void records_drop(struct records *r)
{
    free(r->name);
    free(r->note);
}
