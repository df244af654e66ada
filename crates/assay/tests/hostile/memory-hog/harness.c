#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (size_t held = 0; held < ((size_t)2 << 30); held += 1 << 20) {
        char *block = malloc(1 << 20);
        if (block == NULL)
            return 0;
        memset(block, 1, 1 << 20);
    }
    won("held 2 GiB in one process");
    return 0;
}
