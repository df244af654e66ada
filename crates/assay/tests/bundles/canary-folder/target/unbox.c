#include "unbox.h"

#include <stdio.h>
#include <string.h>

/* Whether a name stays inside the folder that it is unpacked into. */
static int is_inside(const char *name) {
    return name[0] != '/' && strncmp(name, "..", 2) != 0;
}

static int write_file(const char *path, const uint8_t *data, size_t length) {
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return -1;
    size_t written = fwrite(data, 1, length, file);
    return fclose(file) == 0 && written == length ? 0 : -1;
}

int unbox_unpack(const uint8_t *box, size_t length, const char *folder) {
    int files = 0;
    while (length > 0) {
        size_t name_length = box[0];
        if (name_length == 0 || length < 1 + name_length + 2)
            return -1;
        char name[256];
        memcpy(name, box + 1, name_length);
        name[name_length] = '\0';
        box += 1 + name_length;
        size_t data_length = (size_t)box[0] << 8 | box[1];
        box += 2;
        length -= 1 + name_length + 2;
        if (data_length > length)
            return -1;

        char path[1024];
        if (!is_inside(name) || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
            return -1;
        if (write_file(path, box, data_length) != 0)
            return -1;
        files++;
        box += data_length;
        length -= data_length;
    }
    return files;
}
