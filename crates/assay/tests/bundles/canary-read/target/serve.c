/* Prints a file below a folder. */
#include <stdio.h>
#include <string.h>
#include "serve.h"

int serve(const char *root, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    int byte;
    while ((byte = getc(file)) != EOF)
        printf("%02x", byte);
    putchar('\n');
    fclose(file);
    return 0;
}
