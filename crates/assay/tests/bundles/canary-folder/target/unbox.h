/* unbox: unpacks a box of files, as sent by field devices.
 *
 * A box is a sequence of entries:
 *
 *     name length (1 byte)  name  data length (2 bytes, big endian)  data
 */
#ifndef UNBOX_H
#define UNBOX_H

#include <stddef.h>
#include <stdint.h>

/* Unpacks a box into a folder. Returns how many files were written, or -1. */
int unbox_unpack(const uint8_t *box, size_t length, const char *folder);

#endif
