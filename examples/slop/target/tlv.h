/* tlv: a small reader for tag-length-value telemetry frames.
 *
 * A frame is the two bytes "TL", a version byte (1), then records:
 *
 *     tag (1 byte)  length (2 bytes, big endian)  value (length bytes)
 *
 * Records may be nested in a GROUP, up to TLV_DEPTH levels.
 */
#ifndef TLV_H
#define TLV_H

#include <stddef.h>
#include <stdint.h>

#define TLV_DEPTH 8

enum tlv_tag {
    TLV_DEVICE = 0x01,  /* text: name of the device */
    TLV_SITE = 0x02,    /* text: where it stands */
    TLV_NOTE = 0x03,    /* text: for the log, passed on as it is */
    TLV_GROUP = 0x04,   /* records */
    TLV_SAMPLES = 0x05, /* stride (1 byte), then 16-bit samples; every stride-th counts */
    TLV_CHANNEL = 0x06, /* channel number (1 byte), unit (1 byte) */
};

enum tlv_status {
    TLV_OK = 0,
    TLV_SHORT = 1,   /* a record is longer than what is left */
    TLV_MAGIC = 2,   /* not a frame of version 1 */
    TLV_DEEP = 3,    /* groups nested too deeply */
    TLV_MEMORY = 4,  /* out of memory */
    TLV_INVALID = 5, /* a record's value makes no sense */
};

struct tlv_report {
    char *device;
    char *site;
    char *note;
    uint64_t sample_sum;
    uint32_t sample_count;
    uint32_t channel_count;
};

/* Reads a frame. The report must be released with tlv_release, whatever the status. */
enum tlv_status tlv_read(struct tlv_report *report, const uint8_t *frame, size_t length);

/* Columns that a table needs for the device's name. */
size_t tlv_device_width(const struct tlv_report *report);

void tlv_release(struct tlv_report *report);

#endif
