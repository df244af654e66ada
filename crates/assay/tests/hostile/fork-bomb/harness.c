#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (;;)
        fork();
    return 0;
}
