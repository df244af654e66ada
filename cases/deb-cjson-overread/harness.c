/* SPDX-License-Identifier: Apache-2.0
 *
 * Parses a file with cJSON_ParseWithLength from a heap buffer of exactly the
 * file's size, so that the first byte behind the text is not ours to read. */
#include <stdio.h>
#include <stdlib.h>

#include "src/cJSON.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: harness FILE\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(argv[1]);
        return 2;
    }
    long size = ftell(file);
    rewind(file);
    if (size <= 0) {
        fprintf(stderr, "%s: empty\n", argv[1]);
        return 2;
    }
    char *text = malloc((size_t)size);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "%s: cannot read\n", argv[1]);
        return 2;
    }
    fclose(file);

    cJSON *json = cJSON_ParseWithLength(text, (size_t)size);
    printf("parsed=%d\n", json != NULL);
    cJSON_Delete(json);
    free(text);
    return 0;
}
