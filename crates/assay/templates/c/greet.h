#include <stddef.h>

/* The first letter of the name in a message, 0 for an empty name, -1 if the message is broken. */
int greet(const unsigned char *message, size_t size);
