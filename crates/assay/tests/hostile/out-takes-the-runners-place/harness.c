#include "hostile.h"

int target_idle(void);

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    /* Nothing of this was asked for, and nobody but the runner may have it run. */
    if (strstr(argv[0], ".assay") != NULL || strstr(argv[0], "hook") != NULL)
        won("the runner ran the build's own recorder");
    return target_idle() - target_idle();
}
