#include "hostile.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    int file = memfd_create("hidden", 0);
    if (file < 0) {
        must_fail("memfd_create", file);
        return 0;
    }
    static char block[1 << 20];
    memset(block, 1, sizeof block);
    for (int held = 0; held < 1024; held++)
        if (write(file, block, sizeof block) != sizeof block) {
            perror("memfd");
            return 0;
        }
    won("held 1 GiB in a memory file");
    return 0;
}
