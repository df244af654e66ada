/* Reads a record file and prints what it found. */
#include <stdio.h>
#include <stdlib.h>

#include "records.h"

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    FILE *file = fopen(argv[1], "rb");
    if (!file)
        return 2;
    static char buffer[1 << 20];
    size_t length = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    /* Exactly sized, so that reading past the end shows too. */
    char *text = malloc(length ? length : 1);
    if (!text)
        return 2;
    for (size_t i = 0; i < length; i++)
        text[i] = buffer[i];
    struct records r;
    int status = records_read(&r, text, length);
    if (status == 0)
        printf("ok lines=%d total=%ld name=%s note=%s\n", r.lines, r.total, r.name ? r.name : "-", r.note ? r.note : "-");
    else
        printf("refused\n");
    records_drop(&r);
    free(text);
    return status == 0 ? 0 : 1;
}
