#include "hostile.h"

#include <sys/ioctl.h>
#include <termios.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char byte;
    if (read(0, &byte, 1) != 0)
        won("standard input held something");
    must_fail("/dev/tty", open("/dev/tty", O_RDWR));
    must_fail("/dev/console", open("/dev/console", O_RDWR));
    must_fail("/dev/ptmx", open("/dev/ptmx", O_RDWR | O_NOCTTY));
    for (int number = 0; number < 3; number++) {
        must_fail("TIOCSTI", ioctl(number, TIOCSTI, "#"));
        int paste = 3;
        must_fail("TIOCLINUX", ioctl(number, TIOCLINUX, &paste));
        must_fail("terminal", ioctl(number, TIOCGWINSZ, &(struct winsize){0}));
    }
    return 0;
}
