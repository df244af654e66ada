#include "hostile.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    int ready[2];
    if (pipe(ready) != 0)
        return 2;
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    pid_t own = getpid(), tracer = fork();
    if (tracer == 0) {
        char done = ptrace(PTRACE_SEIZE, own, 0, 0) == 0;
        if (write(ready[1], &done, 1) != 1)
            _exit(1);
        // Stays until the sandbox ends with the first process.
        for (;;) {
            int status;
            pid_t stopped = waitpid(own, &status, __WALL);
            if (stopped > 0 && WIFSTOPPED(status))
                ptrace(PTRACE_CONT, own, 0, 0);
        }
    }
    char done = 0;
    if (read(ready[0], &done, 1) != 1 || !done)
        puts("refused: tracing");
    puts("alive");
    fflush(stdout);
    exit(0);
}
