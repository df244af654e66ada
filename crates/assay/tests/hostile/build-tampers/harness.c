#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    if (access("/out/won", F_OK) == 0)
        won("the build got something that it must not have");
    return 0;
}
