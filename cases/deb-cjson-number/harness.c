/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one JSON number from standard input and prints it. */
#include <stdio.h>

#include "src/cJSON.h"

int main(void)
{
    char text[4096];
    size_t size = fread(text, 1, sizeof text - 1, stdin);
    text[size] = '\0';

    cJSON *json = cJSON_Parse(text);
    if (cJSON_IsNumber(json)) {
        printf("number=%g\n", json->valuedouble);
    } else {
        printf("number=none\n");
    }
    cJSON_Delete(json);
    return 0;
}
