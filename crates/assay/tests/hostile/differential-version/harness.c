#include <stdio.h>
#include "src/sum.h"

int main(int argc, char **argv)
{
    char text[64] = "";
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    if (!file || !fgets(text, sizeof text, file))
        return 1;
    printf("sum=%d\nmade by %s\n", digit_sum(text), SUM_VERSION);
    return 0;
}
