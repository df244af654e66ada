#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char path[512];
    for (int n = 0; n < 10000; n++) {
        snprintf(path, sizeof path, "/log/report.%d", n + 100);
        int file = open(path, O_CREAT | O_WRONLY, 0600);
        if (file >= 0)
            close(file);
    }
    if (symlink("/etc/passwd", "/log/report.1") != 0 || mkfifo("/log/report.2", 0600) != 0)
        perror("trap");
    int giant = open("/log/report.3", O_CREAT | O_WRONLY, 0600);
    static char block[1 << 20];
    memset(block, '\n', sizeof block);
    for (int n = 0; giant >= 0 && n < 512; n++)
        if (write(giant, block, sizeof block) < 0)
            break;
    return 0;
}
