#include "hostile.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static long open_and_read(const char *path) {
    char byte;
    int file = open(path, O_RDONLY);
    if (file < 0)
        return -1;
    return read(file, &byte, 1) == 1 ? 0 : -1;
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static char word[8];
    struct iovec here = {word, sizeof word}, there = {(void *)0x400000, sizeof word};
    pid_t others[] = {1, getppid()};
    for (int n = 0; n < 2; n++) {
        must_fail("attach", ptrace(PTRACE_ATTACH, others[n], NULL, NULL));
        must_fail("seize", ptrace(PTRACE_SEIZE, others[n], NULL, NULL));
        if (others[n] == 0)
            continue;
        must_fail("process_vm_readv", process_vm_readv(others[n], &here, 1, &there, 1, 0));
        must_fail("process_vm_writev", process_vm_writev(others[n], &here, 1, &there, 1, 0));
        int handle = (int)syscall(SYS_pidfd_open, others[n], 0);
        if (handle >= 0)
            must_fail("pidfd_getfd", syscall(SYS_pidfd_getfd, handle, 1, 0));
    }
    must_fail("/proc/1/mem for writing", open("/proc/1/mem", O_RDWR));
    must_fail("/proc/1/mem", open("/proc/1/mem", O_RDONLY));
    must_fail("/proc/1/maps", open_and_read("/proc/1/maps"));
    must_fail("/proc/1/fd", open("/proc/1/fd", O_RDONLY | O_DIRECTORY));
    char place[256];
    must_fail("/proc/1/root", readlink("/proc/1/root", place, sizeof place));
    must_fail("/proc/1/exe", readlink("/proc/1/exe", place, sizeof place));
    return 0;
}
