#include "hostile.h"

void target_call(void (*callee)(void *), void *argument);
void __asan_report_load1(void *address);

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char *five = malloc(5);
    if (five == NULL)
        return 0;
    target_call(__asan_report_load1, five + 5);
    return 0;
}
