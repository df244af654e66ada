#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char path[4096];
    snprintf(path, sizeof path, "%s/fill", hostile_scratch);
    static char block[1 << 20];
    memset(block, 1, sizeof block);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    for (int held = 0; held < 2048; held++)
        if (write(file, block, sizeof block) != sizeof block) {
            perror("scratch");
            unlink(path);
            return 0;
        }
    won("wrote 2 GiB into scratch");
    return 0;
}
