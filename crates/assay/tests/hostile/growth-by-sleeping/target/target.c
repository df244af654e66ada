/* Work that is linear in its input. */
unsigned target(const unsigned char *data, long size)
{
    unsigned sum = 0;
    for (long i = 0; i < size; i++)
        for (volatile int k = 0; k < 20000; k++)
            sum += data[i];
    return sum;
}
