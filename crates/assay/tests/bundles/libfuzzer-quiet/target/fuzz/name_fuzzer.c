#include <stddef.h>
#include <stdint.h>
#include "../name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || data[0] > 8)
        return -1;
    name_length(data, (int)size);
    return 0;
}
