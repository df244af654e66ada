/* What `implode | tonumber` does, on characters from a file: a string of them, read as JSON. */
#include <stdio.h>
#include <string.h>
#include "jv.h"
#include "util.h"

/* Searching is in a file of jq's that wants all of jq. Nothing here searches. */
const void *_jq_memmem(const void *in, size_t in_length, const void *what, size_t what_length)
{
    return memmem(in, in_length, what, what_length);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 2;
    jv points = jv_array();
    for (int c = getc(file); c != EOF; c = getc(file))
        points = jv_array_append(points, jv_number(c));
    fclose(file);
    jv text = jv_string_implode(points);
    jv value = jv_parse(jv_string_value(text));
    jv_free(text);
    printf("kind=%s\n", jv_kind_name(jv_get_kind(value)));
    jv_free(value);
    return 0;
}
