#include "hostile.h"

#include <linux/perf_event.h>
#include <sys/swap.h>
#include <sys/syscall.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char parameters[256] = {0};
    must_fail("io_uring_setup", syscall(SYS_io_uring_setup, 4, parameters));
    must_fail("userfaultfd", syscall(SYS_userfaultfd, 1));
    struct {
        unsigned type, key_size, value_size, entries;
    } map = {2, 4, 4, 1};
    must_fail("bpf", syscall(SYS_bpf, 0, &map, sizeof map));
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
    must_fail("perf_event_open", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
    must_fail("add_key", syscall(SYS_add_key, "user", "assay", "x", 1, -3));
    must_fail("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    must_fail("request_key", syscall(SYS_request_key, "user", "assay", NULL, -3));
    must_fail("acct", acct(NULL));
    must_fail("swapoff", swapoff("/nowhere"));
    must_fail("init_module", syscall(SYS_init_module, parameters, 16, ""));
    must_fail("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
    return 0;
}
