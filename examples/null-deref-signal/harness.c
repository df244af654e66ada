/* Prints the device of a telemetry frame in a table of its width. */
#include <stdio.h>
#include <stdlib.h>

#include "tlv.h"

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: harness FRAME\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        perror(argv[1]);
        return 2;
    }
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    uint8_t *frame = malloc(length ? length : 1);
    if (frame == NULL || fread(frame, 1, length, file) != length)
        return 2;
    fclose(file);

    struct tlv_report report;
    enum tlv_status status = tlv_read(&report, frame, length);
    if (status == TLV_OK)
        printf("frame ok: width=%zu\n", tlv_device_width(&report));
    else
        printf("frame refused: %d\n", (int)status);
    tlv_release(&report);
    free(frame);
    return 0;
}
