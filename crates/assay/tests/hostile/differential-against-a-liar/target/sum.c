/* The sum of the digits in a text. The flaw: only the first eight characters are looked at. */
#include "sum.h"

int digit_sum(const char *text)
{
    int sum = 0;
    for (int i = 0; text[i] && i < 8; i++)
        if (text[i] >= '0' && text[i] <= '9')
            sum += text[i] - '0';
    return sum;
}
