#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    int ready[2];
    char byte = 1;
    if (pipe(ready) != 0)
        return 0;
    for (int child = 0; child < 16; child++) {
        if (fork() == 0) {
            char *block = malloc(128 << 20);
            if (block == NULL)
                _exit(0);
            for (size_t at = 0; at < (size_t)128 << 20; at += 4096)
                ((volatile char *)block)[at] = (char)(child + 1);
            if (write(ready[1], &byte, 1) != 1)
                _exit(1);
            sleep(30);
            _exit(0);
        }
    }
    close(ready[1]);
    int held = 0;
    while (held < 16 && read(ready[0], &byte, 1) == 1)
        held++;
    if (held == 16)
        won("held 2 GiB in sixteen processes");
    return 0;
}
