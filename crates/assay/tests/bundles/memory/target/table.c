/* A table of numbers: four bytes say how many there are, one byte each follows. */
#include <stdlib.h>
#include "table.h"

long table_sum(const unsigned char *data, int size)
{
    if (size < 4)
        return -1;
    unsigned long count = data[0] | data[1] << 8 | data[2] << 16 | (unsigned long)data[3] << 24;
    long *numbers = malloc((count + 1) * sizeof *numbers);
    if (!numbers)
        return -1;
    for (unsigned long at = 0; at < count; at++)
        numbers[at] = at + 4 < (unsigned long)size ? data[at + 4] : 1;
    long sum = 0;
    for (unsigned long at = 0; at < count; at++)
        sum += numbers[at];
    free(numbers);
    return sum;
}
