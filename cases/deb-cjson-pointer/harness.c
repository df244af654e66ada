/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks a JSON pointer up in the array [0, 1, ..., 39]. */
#include <stdio.h>

#include "src/cJSON.h"
#include "src/cJSON_Utils.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: harness POINTER\n");
        return 2;
    }
    cJSON *array = cJSON_CreateArray();
    for (int i = 0; i < 40; i++) {
        cJSON_AddItemToArray(array, cJSON_CreateNumber(i));
    }
    cJSON *item = cJSONUtils_GetPointer(array, argv[1]);
    if (cJSON_IsNumber(item)) {
        printf("resolved=%d\n", item->valueint);
    } else {
        printf("resolved=none\n");
    }
    cJSON_Delete(array);
    return 0;
}
