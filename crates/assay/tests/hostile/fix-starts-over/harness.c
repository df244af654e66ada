#include "hostile.h"

int target_parse(const char *text, int length);

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    char text[64] = {0};
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL)
        return 2;
    int length = (int)fread(text, 1, sizeof text - 1, file);
    fclose(file);
    printf("alive: %d\n", target_parse(text, length));
    return 0;
}
