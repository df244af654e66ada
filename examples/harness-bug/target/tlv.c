#include "tlv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CHANNEL_SLOTS 8

struct channel {
    uint8_t used;
    uint8_t number;
    uint8_t unit;
};

struct reader {
    struct tlv_report *report;
    struct channel *channels;
    uint8_t seed;
};

/* Text for people: bytes that a terminal would act on are shown as \xHH. */
char *tlv_printable(const uint8_t *value, size_t length) {
    static const char digits[] = "0123456789abcdef";
    size_t size = 1;
    for (size_t i = 0; i < length; i++)
        size += value[i] < 0x20 || value[i] == 0x7f ? 3 : 1;

    char *text = malloc(size);
    if (text == NULL)
        return NULL;

    char *out = text;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < 0x20 || value[i] == 0x7f) {
            *out++ = '\\';
            *out++ = 'x';
            *out++ = digits[value[i] >> 4];
            *out++ = digits[value[i] & 15];
        } else {
            *out++ = (char)value[i];
        }
    }
    *out = '\0';
    return text;
}

static enum tlv_status set_text(char **place, char *text) {
    free(*place);
    *place = text;
    return text == NULL ? TLV_MEMORY : TLV_OK;
}

static enum tlv_status read_device(struct reader *reader, const uint8_t *value, size_t length) {
    return set_text(&reader->report->device, tlv_printable(value, length));
}

static enum tlv_status read_site(struct reader *reader, const uint8_t *value, size_t length) {
    return set_text(&reader->report->site, tlv_printable(value, length));
}

static enum tlv_status read_note(struct reader *reader, const uint8_t *value, size_t length) {
    char *text = calloc(1, length + 1);
    if (text != NULL)
        memcpy(text, value, length);
    return set_text(&reader->report->note, text);
}

/* Adds up every stride-th sample. */
enum tlv_status tlv_sum_samples(struct tlv_report *report, const uint8_t *value, size_t length) {
    if (length < 1)
        return TLV_SHORT;
    size_t stride = value[0];
    size_t count = (length - 1) / 2;
    const uint8_t *samples = value + 1;

    for (size_t i = 0; i < count; i += stride) {
        report->sample_sum += (uint64_t)samples[2 * i] << 8 | samples[2 * i + 1];
        report->sample_count++;
    }
    return TLV_OK;
}

/* Puts a channel into the first free slot from its own on. Slots are seeded,
 * so that a sender cannot choose numbers that fall together. */
enum tlv_status tlv_add_channel(struct reader *reader, uint8_t number, uint8_t unit) {
    if (reader->report->channel_count == CHANNEL_SLOTS)
        return TLV_INVALID;
    size_t slot = (number ^ reader->seed) % CHANNEL_SLOTS;
    while (reader->channels[slot].used)
        slot++;
    reader->channels[slot] = (struct channel){1, number, unit};
    reader->report->channel_count++;
    return TLV_OK;
}

static enum tlv_status read_channel(struct reader *reader, const uint8_t *value, size_t length) {
    if (length != 2)
        return TLV_INVALID;
    return tlv_add_channel(reader, value[0], value[1]);
}

static enum tlv_status read_records(struct reader *reader, const uint8_t *at, size_t left, int depth) {
    if (depth > TLV_DEPTH)
        return TLV_DEEP;
    while (left > 0) {
        if (left < 3)
            return TLV_SHORT;
        uint8_t tag = at[0];
        size_t length = (size_t)at[1] << 8 | at[2];
        const uint8_t *value = at + 3;
        if (length > left - 3)
            return TLV_SHORT;

        enum tlv_status status = TLV_OK;
        switch (tag) {
        case TLV_DEVICE:
            status = read_device(reader, value, length);
            break;
        case TLV_SITE:
            status = read_site(reader, value, length);
            break;
        case TLV_NOTE:
            status = read_note(reader, value, length);
            break;
        case TLV_GROUP:
            status = read_records(reader, value, length, depth + 1);
            break;
        case TLV_SAMPLES:
            status = tlv_sum_samples(reader->report, value, length);
            break;
        case TLV_CHANNEL:
            status = read_channel(reader, value, length);
            break;
        default: /* A later version's record. */
            break;
        }
        if (status != TLV_OK)
            return status;
        at = value + length;
        left -= 3 + length;
    }
    return TLV_OK;
}

enum tlv_status tlv_read(struct tlv_report *report, const uint8_t *frame, size_t length) {
    memset(report, 0, sizeof *report);
    if (length < 3 || frame[0] != 'T' || frame[1] != 'L' || frame[2] != 1)
        return TLV_MAGIC;

    struct reader reader = {report, calloc(CHANNEL_SLOTS, sizeof(struct channel)), 0};
    if (reader.channels == NULL || getrandom(&reader.seed, 1, 0) != 1) {
        free(reader.channels);
        return TLV_MEMORY;
    }
    enum tlv_status status = read_records(&reader, frame + 3, length - 3, 0);
    free(reader.channels);
    return status;
}

size_t tlv_device_width(const struct tlv_report *report) {
    size_t width = 0;
    for (const char *c = report->device; *c != '\0'; c++)
        width += (*c & 0xc0) != 0x80; /* count characters, not UTF-8 bytes */
    return width;
}

void tlv_release(struct tlv_report *report) {
    free(report->device);
    free(report->site);
    free(report->note);
}
