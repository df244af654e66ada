#include "hostile.h"

#include <sys/wait.h>

int target_parse(const char *text, int length);

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    pid_t child = fork();
    if (child == 0) {
        for (int n = 0; n < 4; n++)
            target_parse("hostile", 7);
        exit(0);
    }
    waitpid(child, NULL, 0);
    puts("alive");
    return 0;
}
