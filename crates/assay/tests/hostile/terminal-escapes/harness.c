#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    fputs("\033]0;owned\007\033[2J\033[31mreproduced\033[0m\033]52;c;YXNzYXk=\007\r\b\b\x9b" "31m\n", stdout);
    fputs("\xe2\x80\xae" "desrever\xe2\x80\xac \xff\xfe\xc0\x80\n", stdout);
    fputs("\033]8;;http://192.0.2.1/\033\\click\033]8;;\033\\\n", stderr);
    for (int n = 0; n < 200000; n++)
        putchar('A');
    putchar('\n');
    fputs("verdict: reproduced\nassurance: two-oracles\n", stderr);
    return 0;
}
