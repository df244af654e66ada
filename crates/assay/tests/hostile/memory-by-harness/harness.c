#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (size_t held = 0; held < ((size_t)1 << 30); held += 1 << 20) {
        char *block = malloc(1 << 20);
        if (block == NULL)
            return 0;
        memset(block, 1, 1 << 20);
    }
    return 0;
}
