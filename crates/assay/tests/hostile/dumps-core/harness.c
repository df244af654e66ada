#include "hostile.h"

#include <sys/resource.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    struct rlimit endless = {RLIM_INFINITY, RLIM_INFINITY};
    must_fail("RLIMIT_CORE", setrlimit(RLIMIT_CORE, &endless));
    if (chdir(hostile_scratch) == 0)
        abort();
    return 0;
}
