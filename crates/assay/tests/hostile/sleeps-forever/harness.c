#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    close(0);
    close(1);
    close(2);
    for (;;)
        pause();
    return 0;
}
