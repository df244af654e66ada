/* SPDX-License-Identifier: Apache-2.0
 *
 * Gives a JSON string a new value: its argument, or NULL for `--null`. */
#include <stdio.h>
#include <string.h>

#include "src/cJSON.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: harness VALUE|--null\n");
        return 2;
    }
    cJSON *string = cJSON_CreateString("old value");
    const char *value = strcmp(argv[1], "--null") == 0 ? NULL : argv[1];

    if (cJSON_SetValuestring(string, value) == NULL) {
        printf("refused\n");
    } else {
        printf("value=%s\n", cJSON_GetStringValue(string));
    }
    cJSON_Delete(string);
    return 0;
}
