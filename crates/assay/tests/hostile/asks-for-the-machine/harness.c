#include "hostile.h"

/* Takes what it was given, should it be given. */
int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (;;) {
        char *more = malloc(1 << 20);
        if (more != NULL)
            memset(more, 1, 1 << 20);
        puts("more");
        fork();
    }
}
