/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of any type with arbitrary values, the same for the same seed. */
#ifndef FB_TEST_RANDOM_COLUMNS_H
#define FB_TEST_RANDOM_COLUMNS_H

#include "data/column.h"
#include "data/decimal.h"
#include "test.h"

static inline uint64_t random_word(uint64_t *seed)
{
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t word = *seed;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

static inline void random_string(fb_string *out, fb_arena *arena, uint64_t *seed)
{
    size_t size = random_word(seed) % 30;
    char *bytes = fb_arena_alloc(arena, size);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)random_word(seed);
    *out = fb_string_view((fb_slice){bytes, size});
}

static inline void random_values(fb_column *column, fb_arena *arena, size_t count, uint64_t *seed)
{
    const fb_type *type = column->type;
    for (size_t i = 0; i < count; i++) {
        uint64_t word = random_word(seed);
        int digits = type->precision ? 1 + (int)(random_word(seed) % type->precision) : 0;
        fb_uint128 wide = (fb_uint128)word << 64 | random_word(seed);
        fb_int128 decimal = digits ? (fb_int128)wide % fb_decimal_pow10(digits) : 0;
        if (type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY)
            random_string(&column->strings[i], arena, seed);
        else if (fb_type_is_long_decimal(type))
            column->int64s[i] = (int64_t)decimal;
        else if (type->id == FB_TYPE_DECIMAL)
            column->int128s[i] = decimal;
        else if (type->id == FB_TYPE_BOOLEAN)
            column->bools[i] = word & 1;
        else if (type->id != FB_TYPE_VOID && type->id < FB_TYPE_STRUCT)
            memcpy((char *)column->values + i * fb_type_width(type), &word, fb_type_width(type));
    }
}

/* A flat column; about a fifth of the rows are null where `nullable`. */
static inline void random_column(fb_column *out, fb_arena *arena, const fb_type *type,
                                 bool nullable, size_t count, uint64_t *seed)
{
    assert_true(fb_column_init(out, arena, type, count));
    random_values(out, arena, count, seed);
    for (size_t i = 0; nullable && i < count; i++) {
        if (random_word(seed) % 5) continue;
        assert_true(fb_column_need_validity(out, arena, count));
        if (out->validity) fb_bits_clear(out->validity, i);
    }
    size_t child_count = count;
    if (type->id == FB_TYPE_ARRAY || type->id == FB_TYPE_MAP) {
        child_count = 0;
        for (size_t i = 0; i < count; i++) {
            out->spans[i] = (fb_span){(uint32_t)child_count, (uint32_t)(random_word(seed) % 70)};
            if (random_word(seed) % 3) out->spans[i].count %= 4;
            child_count += out->spans[i].count;
        }
        out->child_rows = (uint32_t)child_count;
    }
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        random_column(&out->children[i], arena, type->fields[i].type, type->fields[i].nullable,
                      child_count, seed);
}

#endif
