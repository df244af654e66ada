/* Reads one telemetry frame from a file and prints what it says. */
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
    uint8_t *frame = malloc(128);
    if (frame == NULL)
        return 2;
    size_t length = 0;
    int byte;
    while ((byte = fgetc(file)) != EOF)
        frame[length++] = (uint8_t)byte;
    fclose(file);

    struct tlv_report report;
    enum tlv_status status = tlv_read(&report, frame, length);
    if (status == TLV_OK)
        printf("frame ok: device=%s\n", report.device ? report.device : "-");
    else
        printf("frame refused: %d\n", (int)status);
    tlv_release(&report);
    free(frame);
    return 0;
}
