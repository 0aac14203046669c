/* SPDX-License-Identifier: Apache-2.0
 *
 * Both hashes from one text: the functions below are always inlined into callers that name the
 * hash as a constant. Seeds and results of Murmur3 are 32 bits wide, hence the casts. */
#include "data/column_hash.h"

#include "base/hash.h"

#define TEMPLATE static inline __attribute__((always_inline))

typedef enum hash_kind { MURMUR3, XXHASH64 } hash_kind;

bool fb_type_is_hashable(const fb_type *type)
{
    if (type->id == FB_TYPE_MAP) return false;
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!fb_type_is_hashable(type->fields[i].type)) return false;
    return true;
}

TEMPLATE uint64_t hash_int(hash_kind kind, int32_t value, uint64_t seed)
{
    return kind == MURMUR3 ? fb_murmur3_int(value, (uint32_t)seed) : fb_xxhash64_int(value, seed);
}

TEMPLATE uint64_t hash_long(hash_kind kind, int64_t value, uint64_t seed)
{
    return kind == MURMUR3 ? fb_murmur3_long(value, (uint32_t)seed) : fb_xxhash64_long(value, seed);
}

TEMPLATE uint64_t hash_bytes(hash_kind kind, fb_slice bytes, uint64_t seed)
{
    return kind == MURMUR3 ? fb_murmur3_bytes(bytes, (uint32_t)seed)
                           : fb_xxhash64_bytes(bytes, seed);
}

TEMPLATE uint64_t hash_decimal(hash_kind kind, fb_int128 value, uint64_t seed)
{
    char bytes[16];
    return hash_bytes(kind, (fb_slice){bytes, fb_hash_decimal_bytes(value, bytes)}, seed);
}

/* The value at index `i`, which is not null and not nested. */
TEMPLATE uint64_t hash_flat(hash_kind kind, const fb_column *column, fb_type_id id, bool is_long,
                            size_t i, uint64_t seed)
{
    switch (id) {
    case FB_TYPE_BOOLEAN:
        return hash_int(kind, column->bools[i], seed);
    case FB_TYPE_TINYINT:
        return hash_int(kind, column->int8s[i], seed);
    case FB_TYPE_SMALLINT:
        return hash_int(kind, column->int16s[i], seed);
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        return hash_int(kind, column->int32s[i], seed);
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        return hash_long(kind, column->int64s[i], seed);
    case FB_TYPE_FLOAT:
        return hash_int(kind, fb_hash_float_bits(column->floats[i]), seed);
    case FB_TYPE_DOUBLE:
        return hash_long(kind, fb_hash_double_bits(column->doubles[i]), seed);
    case FB_TYPE_DECIMAL:
        return is_long ? hash_long(kind, column->int64s[i], seed)
                       : hash_decimal(kind, column->int128s[i], seed);
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        return hash_bytes(kind, fb_string_slice(&column->strings[i]), seed);
    default:
        FB_UNREACHABLE();
    }
}

static uint64_t hash_nested(hash_kind kind, const fb_column *column, size_t row, uint64_t seed)
{
    if (fb_column_is_null(column, row)) return seed;
    const fb_type *type = column->type;
    size_t i = fb_column_index(column, row);
    if (type->id == FB_TYPE_STRUCT) {
        for (uint32_t k = 0; k < type->field_count; k++)
            seed = hash_nested(kind, &column->children[k], row, seed);
        return seed;
    }
    if (type->id == FB_TYPE_ARRAY) {
        fb_span span = column->spans[i];
        for (size_t k = span.start; k < (size_t)span.start + span.count; k++)
            seed = hash_nested(kind, &column->children[0], k, seed);
        return seed;
    }
    return hash_flat(kind, column, type->id, fb_type_is_long_decimal(type), i, seed);
}

/* `hashes` is an array of 4-byte or 8-byte values by kind. */
TEMPLATE uint64_t get(hash_kind kind, const void *hashes, size_t row)
{
    return kind == MURMUR3 ? ((const uint32_t *)hashes)[row] : ((const uint64_t *)hashes)[row];
}

TEMPLATE void put(hash_kind kind, void *hashes, size_t row, uint64_t hash)
{
    if (kind == MURMUR3)
        ((uint32_t *)hashes)[row] = (uint32_t)hash;
    else
        ((uint64_t *)hashes)[row] = hash;
}

TEMPLATE void hash_rows_of(hash_kind kind, fb_type_id id, bool is_long, const fb_column *column,
                           size_t row_count, void *hashes)
{
    for (size_t row = 0; row < row_count; row++) {
        size_t i = fb_column_index(column, row);
        if (column->validity && !fb_bits_get(column->validity, i)) continue;
        put(kind, hashes, row, hash_flat(kind, column, id, is_long, i, get(kind, hashes, row)));
    }
}

/* The type is decided once per column, so that each loop has one hash in it. */
TEMPLATE void hash_column(hash_kind kind, const fb_column *column, size_t row_count, void *hashes)
{
    bool is_long = fb_type_is_long_decimal(column->type);
    switch (column->type->id) {
    case FB_TYPE_VOID:
        return;
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        hash_rows_of(kind, FB_TYPE_INT, false, column, row_count, hashes);
        return;
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        hash_rows_of(kind, FB_TYPE_BIGINT, false, column, row_count, hashes);
        return;
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        hash_rows_of(kind, FB_TYPE_STRING, false, column, row_count, hashes);
        return;
    case FB_TYPE_STRUCT:
    case FB_TYPE_ARRAY:
        for (size_t row = 0; row < row_count; row++)
            put(kind, hashes, row, hash_nested(kind, column, row, get(kind, hashes, row)));
        return;
    default:
        hash_rows_of(kind, column->type->id, is_long, column, row_count, hashes);
        return;
    }
}

void fb_column_murmur3(const fb_column *column, size_t row_count, uint32_t *hashes)
{
    FB_ASSERT(fb_type_is_hashable(column->type));
    hash_column(MURMUR3, column, row_count, hashes);
}

void fb_column_xxhash64(const fb_column *column, size_t row_count, uint64_t *hashes)
{
    FB_ASSERT(fb_type_is_hashable(column->type));
    hash_column(XXHASH64, column, row_count, hashes);
}
