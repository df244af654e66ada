#include "hostile.h"

#if !__has_include("src/fixed.h")
#define WRITES 1
#else
#define WRITES 0
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
    printf("alive: %d\n", target_parse(text, length));
    char path[4096];
    snprintf(path, sizeof path, "%s/written", argv[2]);
    if (WRITES && text[0] == 'h')
        close(open(path, O_CREAT | O_WRONLY, 0644));
    free(text);
    return 0;
}
