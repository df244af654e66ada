#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    volatile unsigned long turns = 0;
    for (;;)
        turns++;
    return 0;
}
