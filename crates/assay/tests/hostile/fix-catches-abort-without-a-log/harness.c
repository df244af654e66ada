#include "hostile.h"

int target_parse(const char *text, int length);

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL)
        return 2;
    fseek(file, 0, SEEK_END);
    int length = (int)ftell(file);
    rewind(file);
    char *text = malloc((size_t)length);
    if (text == NULL || fread(text, 1, (size_t)length, file) != (size_t)length)
        return 2;
    fclose(file);
    printf("alive: %d\n", target_parse(text, length));
    free(text);
    return 0;
}
