#include "hostile.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const struct {
        const char *name;
        int flag;
    } kinds[] = {{"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"network", CLONE_NEWNET},
                 {"ipc", CLONE_NEWIPC},   {"host name", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP}};
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
        must_fail(kinds[n].name, unshare(kinds[n].flag));
        long child = syscall(SYS_clone, kinds[n].flag | SIGCHLD, NULL, NULL, NULL, NULL);
        if (child == 0)
            _exit(0);
        must_fail("clone", child);
        struct clone_args arguments = {.flags = (unsigned)kinds[n].flag, .exit_signal = SIGCHLD};
        child = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (child == 0)
            _exit(0);
        must_fail("clone3", child);
    }
    static const char *const places[] = {"user", "mnt", "pid", "net", "ipc", "uts"};
    for (size_t n = 0; n < 6; n++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/1/ns/%s", places[n]);
        int file = open(path, O_RDONLY);
        if (file >= 0)
            must_fail("setns", setns(file, 0));
    }
    must_fail("mount tmpfs", mount("none", hostile_scratch, "tmpfs", 0, NULL));
    must_fail("mount proc", mount("none", hostile_scratch, "proc", 0, NULL));
    must_fail("bind", mount("/usr", hostile_scratch, NULL, MS_BIND, NULL));
    must_fail("remount", mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL));
    must_fail("umount", umount2("/usr", MNT_DETACH));
    must_fail("umount proc", umount2("/proc", MNT_DETACH));
    must_fail("pivot_root", syscall(SYS_pivot_root, hostile_scratch, hostile_scratch));
    must_fail("chroot", chroot(hostile_scratch));
    must_fail("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    must_fail("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/usr", 1u));
    must_fail("sethostname", sethostname("assay-escaped", 13));
    return 0;
}
