#include "hostile.h"

#include <signal.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    kill(getppid(), SIGSTOP);
    kill(1, SIGSTOP);
    kill(-1, SIGSTOP);
    volatile unsigned long turns = 0;
    for (;;)
        turns++;
    return 0;
}
