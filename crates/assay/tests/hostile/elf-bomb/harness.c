#include "hostile.h"

int target_parse(const char *text, int length);

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char *five = malloc(5);
    if (five == NULL)
        return 0;
    memset(five, 'h', 5);
    return target_parse(five, 5);
}
