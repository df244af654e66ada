#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    unsigned long state = (unsigned long)getpid() * 2654435761u + 1;
    for (int n = 0; n < 32000; n++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        printf("%016lx", state);
    }
    return 0;
}
