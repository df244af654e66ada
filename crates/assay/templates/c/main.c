/* Greets the name in a file: greet FILE */
#include <stdio.h>

#include "greet.h"

int main(int argc, char **argv) {
    static unsigned char message[4096];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: greet FILE\n");
        return 2;
    }
    size_t size = fread(message, 1, sizeof message, file);
    fclose(file);
    printf("first=%d\n", greet(message, size));
    return 0;
}
