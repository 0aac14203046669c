/* SPDX-License-Identifier: Apache-2.0
 *
 * The row: [null bits, 8][offset << 32 | size of the array, 8][array]. The array: [count, 8][null
 * bits][elements, padded to 8][pieces, each padded to 8]; see data/unsafe_row.h. */
#include "expr/element_list.h"

#include "base/hash.h"

#include <inttypes.h>

enum {
    ROW_BYTES = 16,     /* before the array */
    FEW = 8,            /* elements of a set that are compared one by one */
    LEAST_CAPACITY = 4, /* elements */
    LEAST_SLOTS = 4 * FEW,
};

static const uint64_t empty_row[] = {0, (uint64_t)ROW_BYTES << 32 | 8, 0};
const fb_slice fb_element_list_empty = {(const char *)empty_row, sizeof empty_row};

fb_element_kind fb_element_kind_of(const fb_type *element, bool is_set)
{
    bool is_text = element->id == FB_TYPE_STRING || element->id == FB_TYPE_BINARY;
    bool is_wide = element->id == FB_TYPE_DECIMAL && !fb_type_is_long_decimal(element);
    return (fb_element_kind){.width = (uint32_t)fb_unsafe_array_width(element),
                             .is_piece = is_text || is_wide || fb_type_is_nested(element),
                             .is_set = is_set};
}

static size_t pad(size_t size_bytes)
{
    return (size_bytes + 7) & ~(size_t)7;
}

static uint64_t load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* --- elements of columns --- */

fb_status fb_elements_of(fb_element_kind kind, const fb_column *column, size_t row_count,
                         fb_arena *arena, fb_elements *out, fb_error *err)
{
    *out = (fb_elements){.column = column};
    if (!kind.is_piece) return FB_OK;
    return fb_unsafe_row_encode(&column, 1, row_count, arena, &out->rows, err);
}

/* What the row holds of its only field. */
static fb_slice piece_at(const fb_elements *elements, size_t row)
{
    fb_slice bytes = fb_unsafe_rows_get(&elements->rows, row);
    uint64_t slot = load(bytes.data + 8);
    return fb_slice_make(bytes.data + (slot >> 32), (uint32_t)slot);
}

static uint64_t value_at(fb_element_kind kind, const fb_column *column, size_t row)
{
    uint64_t value = 0;
    size_t index = fb_column_index(column, row);
    memcpy(&value, (const char *)column->values + index * kind.width, kind.width);
    return value;
}

/* --- adding --- */

static bool grow(fb_element_list *list, fb_element_kind kind, fb_arena *arena)
{
    if (list->count < list->capacity) return true;
    if (list->capacity > UINT32_MAX / 2) return false;
    uint32_t capacity = list->capacity ? list->capacity * 2 : LEAST_CAPACITY;
    size_t width = kind.is_piece ? sizeof *list->pieces : sizeof *list->values;
    void *larger = fb_arena_array(arena, capacity, width);
    if (!larger) return false;
    const void *before = kind.is_piece ? (const void *)list->pieces : list->values;
    if (list->count) memcpy(larger, before, list->count * width);
    if (kind.is_piece)
        list->pieces = larger;
    else
        list->values = larger;
    list->capacity = capacity;
    return true;
}

static uint64_t hash_of(fb_element_kind kind, uint64_t value, fb_slice piece)
{
    return kind.is_piece ? fb_xxhash64_bytes(piece, FB_HASH_SEED)
                         : fb_xxhash64_long((int64_t)value, FB_HASH_SEED);
}

static bool is_at(const fb_element_list *list, fb_element_kind kind, uint32_t number,
                  uint64_t value, fb_slice piece)
{
    return kind.is_piece ? fb_slice_equal(list->pieces[number], piece)
                         : list->values[number] == value;
}

/* The slot of the element, or the free one where it belongs. */
static uint32_t *find_slot(const fb_element_list *list, fb_element_kind kind, uint64_t value,
                           fb_slice piece)
{
    uint32_t mask = list->slot_count - 1;
    uint32_t at = (uint32_t)hash_of(kind, value, piece) & mask;
    while (list->slots[at] && !is_at(list, kind, list->slots[at] - 1, value, piece))
        at = (at + 1) & mask;
    return &list->slots[at];
}

static bool grow_slots(fb_element_list *list, fb_element_kind kind, fb_arena *arena)
{
    if (list->count < FEW || list->slot_count / 2 > list->count) return true;
    if (list->slot_count > UINT32_MAX / 2) return false;
    list->slot_count = list->slot_count ? list->slot_count * 2 : LEAST_SLOTS;
    list->slots = fb_arena_array(arena, list->slot_count, sizeof *list->slots);
    if (!list->slots) return false;
    memset(list->slots, 0, list->slot_count * sizeof *list->slots);
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t value = kind.is_piece ? 0 : list->values[i];
        fb_slice piece = kind.is_piece ? list->pieces[i] : (fb_slice){0};
        *find_slot(list, kind, value, piece) = i + 1;
    }
    return true;
}

static bool contains(const fb_element_list *list, fb_element_kind kind, uint64_t value,
                     fb_slice piece)
{
    if (list->slots) return *find_slot(list, kind, value, piece) != 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (is_at(list, kind, i, value, piece)) return true;
    return false;
}

/* `is_kept`: the bytes of the piece live as long as the list. */
static bool append(fb_element_list *list, fb_element_kind kind, fb_arena *arena, uint64_t value,
                   fb_slice piece, bool is_kept)
{
    if (kind.is_set) {
        if (!grow_slots(list, kind, arena)) return false;
        if (contains(list, kind, value, piece)) return true;
    }
    if (!grow(list, kind, arena)) return false;
    if (kind.is_set && list->slots) *find_slot(list, kind, value, piece) = list->count + 1;
    if (kind.is_piece && !is_kept && piece.size) {
        piece.data = fb_arena_copy(arena, piece.data, piece.size);
        if (!piece.data) return false;
    }
    if (kind.is_piece)
        list->pieces[list->count] = piece;
    else
        list->values[list->count] = value;
    list->count++;
    return true;
}

bool fb_element_list_add(fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                         const fb_elements *elements, size_t row)
{
    if (kind.is_piece) return append(list, kind, arena, 0, piece_at(elements, row), false);
    return append(list, kind, arena, value_at(kind, elements->column, row), (fb_slice){0}, true);
}

/* --- rows --- */

static size_t fixed_bytes(fb_element_kind kind, size_t count)
{
    return 8 + fb_bits_words(count) * 8 + pad(count * kind.width);
}

static void write_elements(const fb_element_list *list, fb_element_kind kind, char *array)
{
    char *elements = array + 8 + fb_bits_words(list->count) * 8;
    size_t offset = fixed_bytes(kind, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t word = kind.is_piece ? 0 : list->values[i];
        if (kind.is_piece) {
            fb_slice piece = list->pieces[i];
            word = (uint64_t)offset << 32 | piece.size;
            if (piece.size) memcpy(array + offset, piece.data, piece.size);
            offset += pad(piece.size);
        }
        memcpy(elements + (size_t)i * kind.width, &word, kind.width);
    }
}

fb_status fb_element_list_write(const fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                                fb_slice *out, fb_error *err)
{
    size_t size = fixed_bytes(kind, list->count);
    for (uint32_t i = 0; kind.is_piece && i < list->count; i++)
        size += pad(list->pieces[i].size);
    if (size > FB_UNSAFE_ROW_MAX_BYTES - ROW_BYTES)
        return fb_fail(err, FB_E_LIMIT, 0,
                       "%" PRIu32
                       " collected values take %zu bytes, more than a row of state holds",
                       list->count, size);
    char *bytes = fb_arena_alloc_zero(arena, ROW_BYTES + size);
    if (!bytes) return fb_fail_nomem(err, "collected values");
    const uint64_t slot = (uint64_t)ROW_BYTES << 32 | size, count = list->count;
    memcpy(bytes + 8, &slot, sizeof slot);
    memcpy(bytes + ROW_BYTES, &count, sizeof count);
    write_elements(list, kind, bytes + ROW_BYTES);
    *out = fb_slice_make(bytes, ROW_BYTES + size);
    return FB_OK;
}

static fb_status fail_row(fb_error *err, const char *what)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "collected values: %s", what);
}

static fb_status find_array(fb_element_kind kind, fb_slice row, fb_slice *array, uint64_t *count,
                            fb_error *err)
{
    if (row.size < ROW_BYTES + 8) return fail_row(err, "the row is shorter than an array");
    uint64_t slot = load(row.data + 8), offset = slot >> 32, size = (uint32_t)slot;
    bool fits = offset >= ROW_BYTES && offset + size <= row.size && size >= 8;
    if (load(row.data) || !fits) return fail_row(err, "the row holds no array");
    *array = fb_slice_make(row.data + offset, size);
    *count = load(array->data);
    /* An element takes at least a byte: what follows cannot overflow. */
    if (*count > size || fixed_bytes(kind, *count) > size)
        return fail_row(err, "the array has fewer elements than it says");
    for (size_t i = 0; i < fb_bits_words(*count); i++)
        if (load(array->data + 8 + i * 8)) return fail_row(err, "an element is null");
    return FB_OK;
}

fb_status fb_element_list_read(fb_element_list *list, fb_element_kind kind, fb_arena *arena,
                               fb_slice row, fb_error *err)
{
    fb_slice array = {0};
    uint64_t count = 0;
    FB_TRY(find_array(kind, row, &array, &count, err));
    const char *elements = array.data + 8 + fb_bits_words(count) * 8;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t word = 0;
        fb_slice piece = {0};
        memcpy(&word, elements + i * kind.width, kind.width);
        if (kind.is_piece) {
            piece = fb_slice_make(array.data + (word >> 32), (uint32_t)word);
            if ((word >> 32) + piece.size > array.size)
                return fail_row(err, "an element lies outside of the array");
        }
        if (!append(list, kind, arena, kind.is_piece ? 0 : word, piece, true))
            return fb_fail_nomem(err, "collected values");
    }
    return FB_OK;
}
