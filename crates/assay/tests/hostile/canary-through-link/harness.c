#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    if (chdir(hostile_scratch) == 0 && symlink("/usr/bin/env", "result") != 0)
        perror("symlink");
    return 0;
}
