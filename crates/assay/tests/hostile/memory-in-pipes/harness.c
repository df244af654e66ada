#include "hostile.h"

#include <sys/socket.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static char block[1 << 16];
    size_t held = 0;
    for (;;) {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK) != 0)
            break;
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        ssize_t written;
        while ((written = write(ends[1], block, sizeof block)) > 0)
            held += (size_t)written;
    }
    for (;;) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) != 0)
            break;
        ssize_t written;
        while ((written = write(ends[1], block, 4096)) > 0)
            held += (size_t)written;
    }
    printf("held %zu bytes in the kernel\n", held);
    if (held > ((size_t)512 << 20))
        won("held 512 MiB in kernel buffers");
    return 0;
}
