#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static char block[65536];
    memset(block, 'A', sizeof block);
    for (;;) {
        if (write(1, block, sizeof block) < 0)
            break;
        if (write(2, block, sizeof block) < 0)
            break;
    }
    return 0;
}
