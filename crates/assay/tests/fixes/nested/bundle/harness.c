/* Prints the sum of what comes on standard input. */
#include <stdio.h>

#include "nested.h"

int main(void)
{
    static char text[1 << 20];
    size_t length = fread(text, 1, sizeof text - 1, stdin);
    text[length] = 0;
    printf("sum %ld\n", nested_sum(text));
    return 0;
}
