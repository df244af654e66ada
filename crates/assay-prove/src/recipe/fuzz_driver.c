/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target once on each file it is given, without any fuzzer: the
 * main program of the recipe `libfuzzer`. The copy handed over is exactly as
 * long as the file, so that a read past its end is one past its block. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);
#ifdef __cplusplus
}
#endif

static int run(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 3;
    }
    uint8_t *buffer = NULL;
    size_t size = 0;
    for (;;) {
        uint8_t *grown = (uint8_t *)realloc(buffer, size + 65536);
        if (!grown) {
            fclose(file);
            free(buffer);
            return 3;
        }
        buffer = grown;
        size_t count = fread(buffer + size, 1, 65536, file);
        size += count;
        if (count == 0)
            break;
    }
    fclose(file);
    uint8_t *data = (uint8_t *)malloc(size ? size : 1);
    if (!data) {
        free(buffer);
        return 3;
    }
    memcpy(data, buffer, size);
    free(buffer);
    int answer = LLVMFuzzerTestOneInput(data, size);
    free(data);
    /* -1 is a target's word for an input that it does not want; any other is no failure either. */
    printf("ran %zu bytes, the target answered %d\n", size, answer);
    return 0;
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize && LLVMFuzzerInitialize(&argc, &argv) != 0)
        return 2;
    if (argc < 2) {
        fprintf(stderr, "give it the input's file\n");
        return 3;
    }
    int status = 0;
    for (int i = 1; i < argc && status == 0; i++)
        if (argv[i][0] != '-')
            status = run(argv[i]);
    return status;
}
