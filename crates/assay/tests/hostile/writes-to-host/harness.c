#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char *const folders[] = {"", "/etc", "/usr", "/usr/bin", "/bin", "/lib", "/lib64", "/opt", "/root", "/home", "/var",
                                          "/var/tmp", "/run", "/bundle", "/bundle/src", "/bundle/poc", "/out", "/deps", "/input",
                                          "/proc", "/sys", "/dev/shm", "/mnt", "/srv", "/.."};
    for (size_t n = 0; n < sizeof folders / sizeof *folders; n++) {
        char path[256];
        snprintf(path, sizeof path, "%s/assay-escaped", folders[n]);
        must_fail(path, open(path, O_CREAT | O_WRONLY, 0644));
    }
    must_fail("here", open("assay-escaped", O_CREAT | O_WRONLY, 0644));
    static const char *const switches[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches",
                                           "/proc/sysrq-trigger", "/sys/kernel/uevent_helper",
                                           "/sys/fs/cgroup/cgroup.procs", "/proc/1/oom_score_adj", "/dev/mem", "/dev/kmsg", "/dev/sda",
                                           "/dev/vda", "/dev/kvm", "/dev/fuse", "/dev/loop-control"};
    for (size_t n = 0; n < sizeof switches / sizeof *switches; n++)
        must_fail(switches[n], open(switches[n], O_WRONLY));
    must_fail("own program", open("/proc/self/exe", O_WRONLY));
    must_fail("chmod of own program", chmod("/proc/self/exe", 04755));
    must_fail("device file", mknod("/scratch/null", S_IFCHR | 0666, 0x103));
    return 0;
}
