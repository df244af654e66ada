#include "hostile.h"

#include <signal.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    if (fork() == 0)
        raise(SIGSTOP);
    raise(SIGSTOP);
    return 0;
}
