#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    puts("ran");
    return 0;
}
