#include "hostile.h"

#include <signal.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            for (int signal_number = 1; signal_number < 32; signal_number++)
                signal(signal_number, SIG_IGN);
            sleep(20);
            won("outlived the run by twenty seconds");
            pause();
        }
        _exit(0);
    }
    usleep(100000);
    return 0;
}
