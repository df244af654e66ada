#include "hostile.h"

#include <signal.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int other = 2; other < 64; other++)
        if (other != getpid())
            kill(other, SIGKILL);
    kill(getppid(), SIGKILL);
    kill(1, SIGKILL);
    kill(1, SIGSEGV);
    kill(1, SIGTERM);
    kill(-1, SIGKILL);
    puts("still here");
    return 0;
}
