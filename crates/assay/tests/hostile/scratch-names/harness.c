#include "hostile.h"

#include <sys/socket.h>
#include <sys/un.h>

static void must_not_matter(int result) {
    if (result < 0)
        perror("could not leave one of the traps");
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    if (chdir(hostile_scratch) != 0)
        return 2;
    char name[256];
    for (int first = 1; first < 256; first++) {
        if (first == '/')
            continue;
        memset(name, first, 255);
        name[255] = 0;
        int file = open(name, O_CREAT | O_WRONLY, 0600);
        if (file >= 0)
            close(file);
    }
    must_not_matter(symlink("/etc/passwd", "link-to-a-file"));
    must_not_matter(symlink("/", "link-to-the-root"));
    must_not_matter(symlink("../../../../../../..", "link-upwards"));
    must_not_matter(symlink("loop", "loop"));
    must_not_matter(mkfifo("pipe", 0600));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    must_not_matter(bind(listener, (struct sockaddr *)&address, sizeof address));
    int hole = open("a-terabyte-of-nothing", O_CREAT | O_WRONLY, 0600);
    must_not_matter(ftruncate(hole, (off_t)1 << 40));
    must_not_matter(mkdir("locked", 0700));
    int inside = open("locked/file", O_CREAT | O_WRONLY, 0600);
    must_not_matter(inside);
    must_not_matter(chmod("locked", 0));
    for (int depth = 0; depth < 3000; depth++)
        if (mkdir("deep", 0700) != 0 || chdir("deep") != 0)
            break;
    return 0;
}
