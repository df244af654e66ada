#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int n = 0; n < 60000; n++)
        putchar('a');
    puts("!");
    return 0;
}
