#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int number = 3; number < 1024; number++)
        if (fcntl(number, F_GETFD) >= 0) {
            char path[64], place[256] = "";
            snprintf(path, sizeof path, "/proc/self/fd/%d", number);
            if (readlink(path, place, sizeof place - 1) < 0)
                strcpy(place, "?");
            printf("open: %d %s\n", number, place);
            won("an inherited descriptor");
        }
    for (int number = 0; number < 3; number++) {
        must_fail("folder behind a standard stream", openat(number, "..", O_RDONLY | O_DIRECTORY));
        struct stat about;
        if (fstat(number, &about) == 0 && S_ISREG(about.st_mode) && number > 0)
            won("an output is a file of the host");
    }
    return 0;
}
