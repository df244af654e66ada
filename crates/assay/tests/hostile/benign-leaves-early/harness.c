#include <stdio.h>
#include "src/name.h"

int main(int argc, char **argv)
{
    unsigned char data[64] = {0};
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : stdin;
    if (!file || fread(data, 1, sizeof data, file) == 0)
        return 0;
    /* Not the input's length byte but one that no caller of a sound mind gives. */
    data[0] = 40;
    return name_length(data, 1) < -1;
}
