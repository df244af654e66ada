#include <stddef.h>

/* A record file: lines of KEY=VALUE. */
struct records {
    char *name;
    char *note;
    long total;
    int lines;
};

int records_read(struct records *r, const char *text, size_t length);
void records_drop(struct records *r);
