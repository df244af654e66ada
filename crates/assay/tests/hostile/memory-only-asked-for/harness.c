#include "hostile.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int n = 0; n < 64; n++) {
        mmap(NULL, (size_t)16 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        int own = open("/usr/bin/gcc", O_RDONLY);
        volatile char *file = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, own, 0);
        for (int at = 0; file != MAP_FAILED && at < 1 << 19; at += 4096)
            (void)file[at];
        close(own);
    }
    chdir(argv[2]);
    FILE *filler = fopen("filler", "wb");
    static char block[1 << 16];
    memset(block, 1, sizeof block);
    for (int n = 0; filler != NULL && n < 8192 && fwrite(block, sizeof block, 1, filler) == 1; n++)
        continue;
    fputs("fatal: out of memory\n", stderr);
    return 137;
}
