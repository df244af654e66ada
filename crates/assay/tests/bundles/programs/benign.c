#include "src/name.h"

int main(void)
{
    unsigned char data[32] = {2, 1, 1};
    name_length(data, sizeof data);
    return 0;
}
