#include "hostile.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    must_fail("setuid", setuid(0) == 0 && getuid() == 0 && open("/etc/shadow", O_RDONLY) >= 0 ? 0 : -1);
    must_fail("setgroups", setgroups(0, NULL));
    must_fail("chown", chown(hostile_scratch, 12345, 12345));
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2];
    if (syscall(SYS_capget, &header, all) == 0 && (all[0].effective | all[0].permitted | all[0].inheritable | all[1].effective | all[1].permitted))
        won("a capability was left");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        won("no_new_privs is not set");
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
        won("no filter");
    return 0;
}
