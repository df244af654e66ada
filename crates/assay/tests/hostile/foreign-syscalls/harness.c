#include "hostile.h"

#include <sys/syscall.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
#ifdef __x86_64__
    pid_t child = fork();
    if (child == 0) {
        long result = 20;
        __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "cc", "r8", "r9", "r10", "r11");
        if (result == getpid())
            won("a 32-bit system call");
        _exit(0);
    }
    waitpid(child, NULL, 0);
    child = fork();
    if (child == 0) {
        must_fail("an x32 system call", syscall(0x40000000 | 39));
        _exit(0);
    }
    waitpid(child, NULL, 0);
#endif
    return 0;
}
