#include "hostile.h"

#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

/* Who opens what under /usr is the host's affair: its programs lie there too. */
int main(int argc, char **argv) {
    hostile_start(argc, argv);
    int watch = inotify_init1(IN_NONBLOCK);
    if (watch >= 0)
        must_fail("inotify on /usr/bin", inotify_add_watch(watch, "/usr/bin", IN_OPEN | IN_ACCESS));
    must_fail("fanotify", fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
    int folder = open("/usr/bin", O_RDONLY | O_DIRECTORY);
    must_fail("dnotify on /usr/bin", fcntl(folder, F_NOTIFY, DN_ACCESS | DN_MULTISHOT));
    int file = open("/usr/bin/env", O_RDONLY);
    must_fail("a lease on /usr/bin/env", fcntl(file, F_SETLEASE, F_WRLCK));
    must_fail("open_by_handle_at", syscall(SYS_open_by_handle_at, folder, NULL, O_RDONLY));
    must_fail("lookup_dcookie", syscall(SYS_lookup_dcookie, 0, NULL, 0));
    return 0;
}
