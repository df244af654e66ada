#include "hostile.h"

#include <dirent.h>

static long open_and_list(const char *folder) {
    DIR *all = opendir(folder);
    if (all == NULL)
        return -1;
    return readdir(all) == NULL ? -1 : 0;
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    const char *options = getenv("ASAN_OPTIONS");
    char folder[256] = "/log";
    const char *place = options == NULL ? NULL : strstr(options, "log_path=");
    if (place != NULL) {
        snprintf(folder, sizeof folder, "%.*s", (int)strcspn(place + 9, ":"), place + 9);
        char *last = strrchr(folder, '/');
        if (last != NULL)
            *last = 0;
    }
    must_fail("list the log folder", open_and_list(folder));
    char path[512];
    snprintf(path, sizeof path, "%s/report.%d", folder, (int)getpid());
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    if (file >= 0) {
        if (write(file, "x", 1) != 1)
            perror("write");
        close(file);
        must_fail("read a log back", open(path, O_RDONLY));
    }
    return 0;
}
