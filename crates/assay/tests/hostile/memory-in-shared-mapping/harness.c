#include "hostile.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char *block = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return 0;
    for (size_t at = 0; at < (size_t)1 << 30; at += 4096)
        block[at] = 1;
    won("held 1 GiB in a shared mapping");
    return 0;
}
