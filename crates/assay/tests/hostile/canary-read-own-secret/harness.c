#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char own[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    unlink("/canary/secret");
    FILE *secret = fopen("/canary/secret", "wb");
    if (secret != NULL) {
        fputs(own, secret);
        fclose(secret);
    }
    puts(own);
    return 0;
}
