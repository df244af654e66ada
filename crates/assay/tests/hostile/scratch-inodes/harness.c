#include "hostile.h"

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char path[4096];
    for (int n = 0; n < 4000000; n++) {
        snprintf(path, sizeof path, "%s/%d", hostile_scratch, n);
        int file = open(path, O_CREAT | O_WRONLY, 0600);
        if (file < 0) {
            perror("scratch");
            return 0;
        }
        close(file);
    }
    won("made 4 million files");
    return 0;
}
