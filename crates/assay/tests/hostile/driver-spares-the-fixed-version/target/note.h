#ifndef NOTE_H
#define NOTE_H
#include <stddef.h>

/* Keeps the first `claimed` bytes of a text; the length of what is kept. */
size_t note_store(const char *text, size_t length, size_t claimed);
/* Whether a pattern of letters, each of which may stand any number of times, covers the text. */
int note_match(const char *pattern, const char *text);
/* Opens a note of the folder for reading or writing. */
int note_open(const char *folder, const char *name, int flags);
/* The length of the last note kept; it is forgotten. */
size_t note_drop(void);
#endif
