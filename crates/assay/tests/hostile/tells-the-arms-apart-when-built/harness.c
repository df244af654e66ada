#include "hostile.h"

#if __has_include("src/fixed.h")
#define MORE 0
#else
#define MORE 1
#endif

int target_parse(const char *text, int length);

int main(int argc, char **argv) {
    FILE *file = fopen(argv[1], "rb");
    if (argc != 3 || file == NULL)
        return 2;
    fseek(file, 0, SEEK_END);
    int length = (int)ftell(file);
    rewind(file);
    char *text = malloc((size_t)length);
    if (text == NULL || fread(text, 1, (size_t)length, file) != (size_t)length)
        return 2;
    fclose(file);
    int more = text[0] == 'h' ? MORE : 0;
    printf("alive: %d\n", target_parse(text, length + more));
    free(text);
    return 0;
}
