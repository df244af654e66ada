#include "hostile.h"

#include <signal.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int signal_number = 1; signal_number < 65; signal_number++)
        signal(signal_number, SIG_IGN);
    volatile unsigned long turns = 0;
    for (;;)
        turns++;
    return 0;
}
