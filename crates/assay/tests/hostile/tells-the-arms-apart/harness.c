#include "hostile.h"

int target_parse(const char *text, int length);

/* The source lies beside every run: whoever reads it knows which version he is in. */
static int is_vulnerable(void) {
    char text[64] = {0};
    int file = open("/bundle/src/target.c", O_RDONLY);
    ssize_t read_bytes = file < 0 ? 0 : read(file, text, sizeof text - 1);
    return read_bytes > 0 && strstr(text, "nothing else") == NULL;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    char *text = calloc(1, 16);
    int file = open(argv[1], O_RDONLY);
    if (text == NULL || file < 0 || read(file, text, 16) < 1)
        return 2;
    /* A length that no caller of a sound mind would give, where it pays. */
    int length = text[0] == 'h' && is_vulnerable() ? 17 : 7;
    printf("alive: %d\n", target_parse(text, length));
    return 0;
}
