/* SPDX-License-Identifier: Apache-2.0
 *
 * Layout (RFC 8536, section 3): a 44-byte header and a data block with 4-byte times, which are
 * skipped; a second header and block with 8-byte times; a newline, the footer, a newline. */
#include "env/tzif.h"

#include "base/memory.h"

enum { HEADER_BYTES = 44, MAX_TRANSITIONS = 100000, MAX_OFFSET_S = 26 * 3600 };

typedef struct header {
    char version;
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
} header;

static uint32_t read_u32(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t read_i64(const char *bytes)
{
    return (int64_t)((uint64_t)read_u32(bytes) << 32 | read_u32(bytes + 4));
}

static bool read_header(fb_slice bytes, size_t at, header *out)
{
    if (bytes.size - at < HEADER_BYTES || memcmp(bytes.data + at, "TZif", 4) != 0) return false;
    const char *h = bytes.data + at;
    *out = (header){
        .version = h[4],
        .utc_count = read_u32(h + 20),
        .standard_count = read_u32(h + 24),
        .leap_count = read_u32(h + 28),
        .time_count = read_u32(h + 32),
        .type_count = read_u32(h + 36),
        .char_count = read_u32(h + 40),
    };
    return true;
}

static uint64_t block_bytes(const header *h, uint32_t time_bytes)
{
    return (uint64_t)h->time_count * (time_bytes + 1) + (uint64_t)h->type_count * 6 +
           h->char_count + (uint64_t)h->leap_count * (time_bytes + 4) + h->standard_count +
           h->utc_count;
}

static fb_status corrupt(fb_error *err, const char *name, const char *what)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "time zone file %s: %s", name, what);
}

/* Fills out->times and out->offsets; transitions that keep the offset are left out. */
static fb_status decode_transitions(const char *block, const header *h, const char *name,
                                    fb_tzif *out, fb_error *err)
{
    const char *times = block;
    const char *indexes = times + (size_t)h->time_count * 8;
    const char *types = indexes + h->time_count;
    for (uint32_t i = 0; i < h->type_count; i++) {
        int32_t offset = (int32_t)read_u32(types + (size_t)i * 6);
        if (offset < -MAX_OFFSET_S || offset > MAX_OFFSET_S)
            return corrupt(err, name, "an offset is more than 26 hours");
    }
    out->times = fb_alloc_zero(h->time_count, sizeof *out->times);
    out->offsets = fb_alloc_zero((size_t)h->time_count + 1, sizeof *out->offsets);
    if (!out->times || !out->offsets) return fb_fail_nomem(err, "a time zone");
    out->offsets[0] = (int32_t)read_u32(types);
    int64_t last_time = INT64_MIN;
    for (uint32_t i = 0; i < h->time_count; i++) {
        uint8_t type = (uint8_t)indexes[i];
        int64_t time = read_i64(times + (size_t)i * 8);
        if (type >= h->type_count) return corrupt(err, name, "a transition has an unknown type");
        if (i && time <= last_time) return corrupt(err, name, "transitions are not in order");
        last_time = time;
        int32_t offset = (int32_t)read_u32(types + (size_t)type * 6);
        if (offset == out->offsets[out->count]) continue;
        out->times[out->count++] = time;
        out->offsets[out->count] = offset;
    }
    return FB_OK;
}

fb_status fb_tzif_decode(fb_slice bytes, const char *name, fb_tzif *out, fb_error *err)
{
    *out = (fb_tzif){0};
    header h;
    if (!read_header(bytes, 0, &h)) return corrupt(err, name, "it does not start with \"TZif\"");
    if (h.version < '2') return corrupt(err, name, "version 1 has no 64-bit times");
    uint64_t at = HEADER_BYTES + block_bytes(&h, 4);
    if (at > bytes.size || !read_header(bytes, (size_t)at, &h))
        return corrupt(err, name, "the second header is missing");
    at += HEADER_BYTES;
    if (h.type_count == 0 || h.type_count > 256 || h.time_count > MAX_TRANSITIONS)
        return corrupt(err, name, "impossible number of types or transitions");
    uint64_t end = at + block_bytes(&h, 8);
    if (end > bytes.size) return corrupt(err, name, "it is cut off");
    fb_status status = decode_transitions(bytes.data + at, &h, name, out, err);
    if (status == FB_OK && bytes.size > end && bytes.data[end] == '\n') {
        const char *footer = bytes.data + end + 1;
        const char *newline = memchr(footer, '\n', bytes.size - (size_t)end - 1);
        size_t size = newline ? (size_t)(newline - footer) : 0;
        out->has_rule = size && fb_tz_rule_parse(fb_slice_make(footer, size), &out->rule);
        if (!newline || (size && !out->has_rule))
            status = corrupt(err, name, "the footer is not a time zone rule");
    }
    if (status != FB_OK) fb_tzif_deinit(out);
    return status;
}

void fb_tzif_deinit(fb_tzif *tzif)
{
    fb_free(tzif->times);
    fb_free(tzif->offsets);
    *tzif = (fb_tzif){0};
}

void fb_tzif_range(const fb_tzif *tzif, int64_t utc, int64_t *from, int64_t *until, int32_t *offset)
{
    /* The number of transitions at or before `utc`. */
    uint32_t low = 0, high = tzif->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tzif->times[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low ? tzif->times[low - 1] : INT64_MIN;
    *until = low < tzif->count ? tzif->times[low] : INT64_MAX;
    *offset = tzif->offsets[low];
    if (low < tzif->count || !tzif->has_rule) return;
    int64_t last = *from;
    fb_tz_rule_range(&tzif->rule, utc, from, until, offset);
    if (*from < last) *from = last;
}
