/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/kernel_compare.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define DISPATCH_OP(loop, op, a, b, b_constant, out, row_count) \
    if (b_constant)                                             \
        loop(op, a, b, true, out, row_count);                   \
    else                                                        \
        loop(op, a, b, false, out, row_count);                  \
    return;

/* Calls the inlined `loop` with constant selectors. */
#define DISPATCH_COMPARISON(loop, op, a, b, b_constant, out, row_count)          \
    switch (op) {                                                                \
    case FB_EQUAL:                                                               \
        DISPATCH_OP(loop, FB_EQUAL, a, b, b_constant, out, row_count)            \
    case FB_NOT_EQUAL:                                                           \
        DISPATCH_OP(loop, FB_NOT_EQUAL, a, b, b_constant, out, row_count)        \
    case FB_LESS:                                                                \
        DISPATCH_OP(loop, FB_LESS, a, b, b_constant, out, row_count)             \
    case FB_LESS_OR_EQUAL:                                                       \
        DISPATCH_OP(loop, FB_LESS_OR_EQUAL, a, b, b_constant, out, row_count)    \
    case FB_GREATER:                                                             \
        DISPATCH_OP(loop, FB_GREATER, a, b, b_constant, out, row_count)          \
    case FB_GREATER_OR_EQUAL:                                                    \
        DISPATCH_OP(loop, FB_GREATER_OR_EQUAL, a, b, b_constant, out, row_count) \
    }

#define EQUAL(x, y) ((x) == (y))
#define LESS(x, y) ((x) < (y))

#define T uint8_t
#define NAME(suffix) bools##suffix
#include "expr/kernel_compare.inc"

#define T int8_t
#define NAME(suffix) int8s##suffix
#include "expr/kernel_compare.inc"

#define T int16_t
#define NAME(suffix) int16s##suffix
#include "expr/kernel_compare.inc"

#define T int32_t
#define NAME(suffix) int32s##suffix
#include "expr/kernel_compare.inc"

#define T int64_t
#define NAME(suffix) int64s##suffix
#include "expr/kernel_compare.inc"

#define T fb_int128
#define NAME(suffix) int128s##suffix
#include "expr/kernel_compare.inc"

#undef EQUAL
#undef LESS
#define EQUAL(x, y) (((x) == (y)) | (((x) != (x)) & ((y) != (y))))
#define LESS(x, y) (((x) < (y)) | (((x) == (x)) & ((y) != (y))))

#define T float
#define NAME(suffix) floats##suffix
#include "expr/kernel_compare.inc"

#define T double
#define NAME(suffix) doubles##suffix
#include "expr/kernel_compare.inc"

/* Most unequal strings differ in size or in the first four bytes, one word of the view. */
ALWAYS_INLINE bool strings_equal(const fb_string *a, const fb_string *b)
{
    uint64_t head_a, head_b, tail_a, tail_b;
    memcpy(&head_a, a, 8);
    memcpy(&head_b, b, 8);
    memcpy(&tail_a, (const char *)a + 8, 8);
    memcpy(&tail_b, (const char *)b + 8, 8);
    if (head_a != head_b) return false;
    if (a->size <= FB_STRING_INLINE || tail_a == tail_b) return tail_a == tail_b;
    return memcmp(a->far, b->far, a->size) == 0;
}

ALWAYS_INLINE bool string_less(const fb_string *a, const fb_string *b)
{
    uint32_t prefix_a, prefix_b; /* unused bytes are zero, so a shorter text is the lesser one */
    memcpy(&prefix_a, a->prefix, 4);
    memcpy(&prefix_b, b->prefix, 4);
    if (prefix_a != prefix_b) return __builtin_bswap32(prefix_a) < __builtin_bswap32(prefix_b);
    return fb_slice_compare(fb_string_slice(a), fb_string_slice(b)) < 0;
}

#undef EQUAL
#undef LESS
#define EQUAL(x, y) strings_equal(&(x), &(y))
#define LESS(x, y) string_less(&(x), &(y))

#define T fb_string
#define NAME(suffix) strings##suffix
#include "expr/kernel_compare.inc"

fb_comparison fb_comparison_mirror(fb_comparison op)
{
    switch (op) {
    case FB_LESS:
        return FB_GREATER;
    case FB_LESS_OR_EQUAL:
        return FB_GREATER_OR_EQUAL;
    case FB_GREATER:
        return FB_LESS;
    case FB_GREATER_OR_EQUAL:
        return FB_LESS_OR_EQUAL;
    default:
        return op;
    }
}

void fb_compare_values(fb_comparison op, const fb_type *type, const void *a, const void *b,
                       bool b_constant, uint8_t *out, size_t row_count)
{
    switch (type->id) {
    case FB_TYPE_BOOLEAN:
        bools(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_TINYINT:
        int8s(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_SMALLINT:
        int16s(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        int32s(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        int64s(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_FLOAT:
        floats(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_DOUBLE:
        doubles(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_DECIMAL:
        if (fb_type_is_long_decimal(type))
            int64s(op, a, b, b_constant, out, row_count);
        else
            int128s(op, a, b, b_constant, out, row_count);
        break;
    case FB_TYPE_STRING:
    case FB_TYPE_BINARY:
        strings(op, a, b, b_constant, out, row_count);
        break;
    default:
        FB_UNREACHABLE();
    }
}

/* --- single rows --- */

static int compare_entries(const fb_column *a, size_t a_row, const fb_column *b, size_t b_row)
{
    bool a_null = fb_column_is_null(a, a_row), b_null = fb_column_is_null(b, b_row);
    if (a_null || b_null) return b_null - a_null;
    return fb_compare_rows(a, a_row, b, b_row);
}

static int compare_structs(const fb_column *a, size_t a_row, const fb_column *b, size_t b_row)
{
    int order = 0;
    for (uint32_t i = 0; order == 0 && i < a->type->field_count; i++)
        order = compare_entries(&a->children[i], a_row, &b->children[i], b_row);
    return order;
}

static int compare_arrays(const fb_column *a, fb_span a_span, const fb_column *b, fb_span b_span)
{
    uint32_t common = a_span.count < b_span.count ? a_span.count : b_span.count;
    for (uint32_t i = 0; i < common; i++) {
        int order =
            compare_entries(&a->children[0], a_span.start + i, &b->children[0], b_span.start + i);
        if (order) return order;
    }
    return (a_span.count > b_span.count) - (a_span.count < b_span.count);
}

int fb_compare_rows(const fb_column *a, size_t a_row, const fb_column *b, size_t b_row)
{
    size_t i = fb_column_index(a, a_row), k = fb_column_index(b, b_row);
    switch (a->type->id) {
    case FB_TYPE_VOID:
        return 0;
    case FB_TYPE_STRUCT:
        return compare_structs(a, i, b, k);
    case FB_TYPE_ARRAY:
        return compare_arrays(a, a->spans[i], b, b->spans[k]);
    case FB_TYPE_MAP:
        FB_UNREACHABLE();
    default:
        break;
    }
    size_t width = fb_type_width(a->type);
    const char *x = (const char *)a->values + i * width, *y = (const char *)b->values + k * width;
    uint8_t less, greater;
    fb_compare_values(FB_LESS, a->type, x, y, false, &less, 1);
    fb_compare_values(FB_GREATER, a->type, x, y, false, &greater, 1);
    return greater - less;
}
