#include <stdio.h>
#include <string.h>
#include "src/serve.h"

int main(int argc, char **argv)
{
    char name[256] = {0};
    FILE *request = argc > 1 ? fopen(argv[1], "rb") : stdin;
    if (!request || !fgets(name, sizeof name, request))
        return 2;
    name[strcspn(name, "\n")] = 0;
    printf("served=%d\n", serve("/bundle/files", name) == 0);
    return 0;
}
