/* Unpacks a box into a folder of its own: harness BOX FOLDER */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "unbox.h"

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: harness BOX FOLDER\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL || mkdir(argv[2], 0755) != 0) {
        perror("harness");
        return 2;
    }
    static uint8_t box[1 << 20];
    size_t length = fread(box, 1, sizeof box, file);
    fclose(file);

    int files = unbox_unpack(box, length, argv[2]);
    if (files < 0)
        printf("box refused\n");
    else
        printf("unpacked=%d\n", files);
    return 0;
}
