/* Sums of nested lists: ((1 2) 3), [1 [2]]. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "nested.h"

static long value(const char **at, int depth);

static long round_list(const char **at, int depth)
{
    char pad[64];
    long sum = snprintf(pad, sizeof pad, "%d", depth) < 0;
    for (;;) {
        while (**at == ' ')
            ++*at;
        if (**at == ')' || **at == 0)
            break;
        sum += value(at, depth + 1);
    }
    if (**at)
        ++*at;
    return sum;
}

static long square_list(const char **at, int depth)
{
    char pad[64];
    long sum = snprintf(pad, sizeof pad, "%d", depth) < 0;
    for (;;) {
        while (**at == ' ')
            ++*at;
        if (**at == ']' || **at == 0)
            break;
        sum += value(at, depth + 1);
    }
    if (**at)
        ++*at;
    return sum;
}

static long value(const char **at, int depth)
{
    if (**at == '(') {
        ++*at;
        return round_list(at, depth);
    }
    if (**at == '[') {
        ++*at;
        return square_list(at, depth);
    }
    if (isdigit((unsigned char)**at)) {
        long n = 0;
        while (isdigit((unsigned char)**at))
            n = (n * 10 + (*(*at)++ - '0')) % 1000000;
        return n;
    }
    ++*at;
    return 0;
}

long nested_sum(const char *text)
{
    long sum = 0;
    while (*text)
        sum += value(&text, 0);
    return sum;
}
