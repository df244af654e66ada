#include "hostile.h"

int main(void) {
    char text[65] = {0};
    FILE *secret = fopen("/canary/secret", "rb");
    if (secret != NULL && fread(text, 1, 64, secret) == 64)
        fprintf(stderr, "%s\n", text);
    puts("alive");
    return 0;
}
