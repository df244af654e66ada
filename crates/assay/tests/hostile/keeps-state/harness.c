#include "hostile.h"

#include <mqueue.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/xattr.h>

/* Leaves a mark in a place, and wins if an earlier run has left one there. */
static void through_file(const char *folder) {
    char path[512];
    snprintf(path, sizeof path, "%s/.assay-was-here", folder);
    if (access(path, F_OK) == 0)
        won(path);
    int file = open(path, O_CREAT | O_WRONLY, 0666);
    if (file >= 0)
        close(file);
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char *const folders[] = {"/",    "/bundle", "/bundle/src", "/bundle/poc", "/out",     "/deps",
                                          "/tmp", "/var/tmp", "/dev",       "/dev/shm",    "/dev/mqueue", "/run",
                                          "/log", "/scratch", "/proc/self", "/root",       "/home"};
    for (unsigned n = 0; n < sizeof folders / sizeof *folders; n++)
        through_file(folders[n]);
    key_t key = 0x61737361;
    int memory = shmget(key, 4096, 0666);
    if (memory >= 0)
        won("System V memory of an earlier run");
    shmget(key, 4096, IPC_CREAT | 0666);
    if (msgget(key, 0666) >= 0)
        won("a System V queue of an earlier run");
    msgget(key, IPC_CREAT | 0666);
    if (semget(key, 1, 0666) >= 0)
        won("System V semaphores of an earlier run");
    semget(key, 1, IPC_CREAT | 0666);
    mqd_t queue = mq_open("/assay-was-here", O_RDONLY);
    if (queue != (mqd_t)-1)
        won("a POSIX queue of an earlier run");
    mq_open("/assay-was-here", O_CREAT | O_RDWR, 0666, NULL);
    /* Attributes of what every run is shown. */
    static const char *const shown[] = {"/out/harness", "/bundle/proof.toml", "/usr", "/usr/bin/env", NULL};
    for (unsigned n = 0; shown[n] != NULL; n++) {
        char value[8];
        if (getxattr(shown[n], "user.assay", value, sizeof value) >= 0)
            won("an attribute of an earlier run");
        setxattr(shown[n], "user.assay", "1", 1, 0);
    }
    return 0;
}
