#include "hostile.h"

#line 1 "src/target.c"
__attribute__((noinline)) static void target_parse(char *text, int length) {
    for (volatile int n = 0; n < length; n++)
        text[n] = 0;
}
#line 30 "harness.c"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char *five = malloc(5);
    if (five == NULL)
        return 0;
    target_parse(five, argc + 3);
    return 0;
}
