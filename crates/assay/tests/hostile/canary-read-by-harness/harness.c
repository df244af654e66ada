#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char text[66] = {0};
    FILE *secret = fopen("/canary/secret", "rb");
    if (secret == NULL || fread(text, 1, 64, secret) != 64)
        return 0;
    for (int n = 0; n < 66; n += 3) {
        unsigned bits = (unsigned)text[n] << 16 | (unsigned)text[n + 1] << 8 | text[n + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            putchar(digits[bits >> shift & 63]);
        putchar('\n');
    }
    return 0;
}
