/* The fuzz target, as libFuzzer calls it. */
#include <stddef.h>
#include <stdint.h>

#include "greet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    greet(data, size);
    return 0;
}
