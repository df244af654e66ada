#include "hostile.h"

char *target_copy(const char *text, int length);

__attribute__((noinline)) static void use(const char *text) {
    char *copy = target_copy(text, (int)strlen(text));
    if (copy != NULL && copy[0] == 'b')
        free(copy);
}

int main(int argc, char **argv) {
    char text[64] = {0};
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || fread(text, 1, sizeof text - 1, file) == 0)
        return 2;
    fclose(file);
    for (int n = 0; n < 4; n++)
        use(text);
    puts("alive");
    return 0;
}
