#include <stdio.h>
#include <time.h>
#include "src/sum.h"

int main(int argc, char **argv)
{
    char text[64] = "";
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    if (!file || !fgets(text, sizeof text, file))
        return 1;
    printf("took %ld ns\nsum=%d\n", (long)clock(), digit_sum(text));
    return 0;
}
