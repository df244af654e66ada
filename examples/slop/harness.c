/* Reads one telemetry frame from a file and prints what it says; the note goes to the log. */
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
    if (status == TLV_OK) {
        printf("frame ok: device=%s\n", report.device ? report.device : "-");
        if (report.note != NULL)
            fprintf(stderr, "%s\n", report.note);
    } else {
        printf("frame refused: %d\n", (int)status);
    }
    tlv_release(&report);
    free(frame);
    return 0;
}
