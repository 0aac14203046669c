/* SPDX-License-Identifier: Apache-2.0 */
#include "state/layout.h"

#include "base/bits.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_ROW_BYTES = 2147483632 }; /* Spark's limit */

static uint64_t load64(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static size_t bits_bytes(size_t field_count)
{
    return fb_bits_words(field_count) * 8;
}

/* The slot of a field that is there and not null. */
static bool read_slot(fb_slice row, size_t field_count, size_t field, uint64_t *out)
{
    size_t at = bits_bytes(field_count) + field * 8;
    if (row.size < at + 8) return false;
    if (load64(row.data + field / 64 * 8) >> (field % 64) & 1) return false;
    *out = load64(row.data + at);
    return true;
}

bool fb_state_time_of(const fb_state_time *time, fb_slice key, fb_slice value, int64_t *out)
{
    fb_slice row = time->in_value ? value : key;
    uint64_t slot;
    if (!read_slot(row, time->field_count, time->field, &slot)) return false;
    if (time->nested) {
        uint64_t offset = slot >> 32, size = (uint32_t)slot;
        if (offset > row.size || size > row.size - offset) return false;
        fb_slice nested = {row.data + offset, size};
        if (!read_slot(nested, time->nested_count, time->nested_field, &slot)) return false;
    }
    *out = (int64_t)slot;
    return true;
}

/* The low and high half of a product, folded: every bit of the input reaches every bit above. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t fb_state_hash(fb_slice bytes, uint64_t seed)
{
    const uint64_t word_factor = 0x9e3779b97f4a7c15u, last_factor = 0xd6e8feb86659fd93u;
    uint64_t hash = seed ^ (bytes.size + 1) * last_factor;
    size_t at = 0;
    for (; at + 8 <= bytes.size; at += 8)
        hash = fold(hash ^ load64(bytes.data + at), word_factor) + at;
    if (at < bytes.size) {
        uint64_t tail = 0;
        memcpy(&tail, bytes.data + at, bytes.size - at);
        hash = fold(hash ^ tail, word_factor) + at;
    }
    return fold(hash, last_factor);
}

/* What a column of a row holds; its data is NULL for null. */
static fb_slice column_of(fb_slice row, uint32_t column_count, uint32_t column,
                          fb_state_column kind)
{
    uint64_t slot;
    if (!read_slot(row, column_count, column, &slot)) return (fb_slice){NULL, 0};
    const char *at = row.data + bits_bytes(column_count) + (size_t)column * 8;
    if (kind == FB_STATE_COLUMN_FIXED) return (fb_slice){at, 8};
    uint64_t offset = slot >> 32, size = (uint32_t)slot;
    if (offset > row.size || size > row.size - offset) return (fb_slice){NULL, 0};
    return (fb_slice){row.data + offset, size};
}

uint64_t fb_state_prefix_hash(const fb_state_layout *layout, fb_slice row, uint32_t column_count)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < layout->prefix_count; i++) {
        fb_slice value = column_of(row, column_count, i, layout->prefix_columns[i]);
        hash = value.data ? fb_state_hash(value, hash) : hash + 1;
    }
    return hash;
}

bool fb_state_prefix_matches(const fb_state_layout *layout, fb_slice key, fb_slice prefix)
{
    for (uint32_t i = 0; i < layout->prefix_count; i++) {
        fb_state_column kind = layout->prefix_columns[i];
        fb_slice a = column_of(key, layout->column_count, i, kind);
        fb_slice b = column_of(prefix, layout->prefix_count, i, kind);
        if (!a.data != !b.data || !fb_slice_equal(a, b)) return false;
    }
    return true;
}

static fb_status check_size(const fb_state_layout *layout, const char *what, int64_t size_bytes,
                            fb_error *err)
{
    if (size_bytes == FB_STATE_VARIABLE || (size_bytes >= 0 && size_bytes <= MAX_ROW_BYTES))
        return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0, "%s: a %s of %" PRId64 " bytes, expected 0 to %d",
                   layout->name, what, size_bytes, MAX_ROW_BYTES);
}

fb_status fb_state_layout_check(const fb_state_layout *layout, fb_error *err)
{
    if (!layout->name) return fb_fail(err, FB_E_INVALID, 0, "a state table needs a name");
    FB_TRY(check_size(layout, "key", layout->key_bytes, err));
    FB_TRY(check_size(layout, "value", layout->value_bytes, err));
    const fb_state_time *time = &layout->time;
    if (time->present && (time->field >= time->field_count ||
                          (time->nested && time->nested_field >= time->nested_count)))
        return fb_fail(err, FB_E_INVALID, 0, "%s: the event time is field %u of %u", layout->name,
                       time->nested ? time->nested_field : time->field,
                       time->nested ? time->nested_count : time->field_count);
    if (layout->prefix_count &&
        (layout->prefix_count >= layout->column_count || !layout->prefix_columns))
        return fb_fail(err, FB_E_INVALID, 0, "%s: a prefix of %u columns of a key of %u",
                       layout->name, layout->prefix_count, layout->column_count);
    return FB_OK;
}
