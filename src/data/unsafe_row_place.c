/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that are read and written where they lie, anywhere in memory. A few hundred at a time, so
 * that they are in the nearest cache while column after column goes through them. */
#include "data/unsafe_row.h"

#include <string.h>

#define TEMPLATE static inline __attribute__((always_inline))

enum { BLOCK_ROWS = 256, MOST_FIELDS = 64, NULLS_BYTES = 8 };
static_assert(BLOCK_ROWS % 64 == 0, "blocks of bitmaps are whole words");

bool fb_unsafe_row_is_plain(const fb_type *schema)
{
    if (schema->field_count == 0 || schema->field_count > MOST_FIELDS) return false;
    for (uint32_t i = 0; i < schema->field_count; i++) {
        fb_type_id id = schema->fields[i].type->id;
        bool is_plain = (id >= FB_TYPE_BOOLEAN && id <= FB_TYPE_DOUBLE) || id == FB_TYPE_DATE ||
                        id == FB_TYPE_TIMESTAMP || id == FB_TYPE_TIMESTAMP_NTZ;
        if (!is_plain) return false;
    }
    return true;
}

/* The rows start .. start + count - 1 of a call. */
typedef struct block {
    char *const *rows;
    size_t start;
    size_t count;
} block;

static inline uint64_t load_word(const char *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

TEMPLATE void load_values(const block *b, size_t slot, size_t width, char *values)
{
    for (size_t i = 0; i < b->count; i++)
        memcpy(values + (b->start + i) * width, b->rows[b->start + i] + slot, width);
}

/* Also makes the values of null rows zero. */
static void load_validity(const block *b, uint32_t field, fb_column *out)
{
    size_t width = fb_type_width(out->type);
    for (size_t first = 0; first < b->count; first += 64) {
        size_t count = b->count - first < 64 ? b->count - first : 64;
        uint64_t nulls = 0;
        for (size_t i = 0; i < count; i++)
            nulls |= ((load_word(b->rows[b->start + first + i]) >> field) & 1) << i;
        out->validity[(b->start + first) / 64] = ~nulls;
        for (; nulls; nulls &= nulls - 1) {
            size_t row = b->start + first + (size_t)__builtin_ctzll(nulls);
            memset((char *)out->values + row * width, 0, width);
        }
    }
}

static void load_field(const block *b, uint32_t field, fb_column *out)
{
    size_t slot = NULLS_BYTES + (size_t)field * 8;
    switch (fb_type_width(out->type)) {
    case 1:
        load_values(b, slot, 1, out->values);
        break;
    case 2:
        load_values(b, slot, 2, out->values);
        break;
    case 4:
        load_values(b, slot, 4, out->values);
        break;
    default:
        load_values(b, slot, 8, out->values);
        break;
    }
    if (out->type->id == FB_TYPE_BOOLEAN)
        for (size_t i = 0; i < b->count; i++)
            out->bools[b->start + i] = out->bools[b->start + i] != 0;
    if (out->validity) load_validity(b, field, out);
}

void fb_unsafe_row_load(char *const *rows, size_t row_count, fb_column *columns,
                        uint32_t column_count)
{
    for (size_t start = 0; start < row_count; start += BLOCK_ROWS) {
        size_t rest = row_count - start;
        const block b = {rows, start, rest < BLOCK_ROWS ? rest : BLOCK_ROWS};
        for (uint32_t i = 0; i < column_count; i++)
            load_field(&b, i, &columns[i]);
    }
}

/* Whole slots: the bytes above a narrow value are zero. */
TEMPLATE void store_values(const block *b, size_t slot, size_t width, const char *values)
{
    for (size_t i = b->start; i < b->start + b->count; i++) {
        uint64_t word = 0;
        memcpy(&word, values + i * width, width);
        memcpy(b->rows[i] + slot, &word, sizeof word);
    }
}

/* Clears the slots of null rows and notes them in nulls[0..count). */
static void store_nulls(const block *b, uint32_t field, const fb_column *in, uint64_t *nulls)
{
    const uint64_t nothing = 0;
    for (size_t first = 0; first < b->count; first += 64) {
        size_t count = b->count - first < 64 ? b->count - first : 64;
        uint64_t rows = ~in->validity[(b->start + first) / 64];
        if (count < 64) rows &= ((uint64_t)1 << count) - 1;
        for (; rows; rows &= rows - 1) {
            size_t row = first + (size_t)__builtin_ctzll(rows);
            memcpy(b->rows[b->start + row] + NULLS_BYTES + (size_t)field * 8, &nothing, 8);
            nulls[row] |= (uint64_t)1 << field;
        }
    }
}

static void store_field(const block *b, uint32_t field, const fb_column *in, uint64_t *nulls)
{
    size_t slot = NULLS_BYTES + (size_t)field * 8;
    switch (fb_type_width(in->type)) {
    case 1:
        store_values(b, slot, 1, in->values);
        break;
    case 2:
        store_values(b, slot, 2, in->values);
        break;
    case 4:
        store_values(b, slot, 4, in->values);
        break;
    default:
        store_values(b, slot, 8, in->values);
        break;
    }
    if (in->validity) store_nulls(b, field, in, nulls);
}

void fb_unsafe_row_store(const fb_column *columns, uint32_t column_count, size_t row_count,
                         char *const *rows)
{
    for (size_t start = 0; start < row_count; start += BLOCK_ROWS) {
        size_t rest = row_count - start;
        const block b = {rows, start, rest < BLOCK_ROWS ? rest : BLOCK_ROWS};
        uint64_t nulls[BLOCK_ROWS] = {0};
        for (uint32_t i = 0; i < column_count; i++)
            store_field(&b, i, &columns[i], nulls);
        for (size_t i = 0; i < b.count; i++)
            memcpy(rows[start + i], &nulls[i], NULLS_BYTES);
    }
}
