/* Two to the power of the first argument, by LibTomMath. */
#include <stdio.h>
#include <stdlib.h>

#include "tommath.h"

int main(int argc, char **argv)
{
    mp_int number;
    if (argc != 2 || mp_init(&number) != MP_OKAY)
        return 2;
    mp_err error = mp_2expt(&number, atoi(argv[1]));
    if (error == MP_OKAY)
        printf("digits=%d\n", number.used);
    else
        printf("refused=%d\n", error);
    mp_clear(&number);
    return 0;
}
