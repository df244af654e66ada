#include "hostile.h"

#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int held = 0; held < 64; held++) {
        int segment = shmget(IPC_PRIVATE, 16 << 20, IPC_CREAT | 0600);
        if (segment < 0) {
            perror("shmget");
            return 0;
        }
        char *at = shmat(segment, NULL, 0);
        if (at == (char *)-1) {
            perror("shmat");
            return 0;
        }
        memset(at, 1, 16 << 20);
        shmdt(at);
    }
    won("held 1 GiB in detached shared memory");
    return 0;
}
