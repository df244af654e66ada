#include <stdio.h>

int target_print(const char *path);

int main(int argc, char **argv) {
    puts("alive");
    return argc == 2 ? target_print(argv[1]) : 2;
}
