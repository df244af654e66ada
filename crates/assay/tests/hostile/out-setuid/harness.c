#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    struct stat about;
    if (stat("/out/harness", &about) == 0 && (about.st_mode & 06000) != 0)
        won("the set-user-id bit was kept");
    if (geteuid() != getuid() || getegid() != getgid())
        won("it works");
    return 0;
}
