/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of keys to words, column by column, and the hashes of the rows. */
#include "base/hash.h"
#include "data/float_key.h"
#include "data/unsafe_row.h"
#include "exec/group_key.h"

typedef struct encoder {
    const fb_group_layout *layout;
    size_t row_count;
    fb_arena *arena;
    uint64_t *nulls;
    const uint64_t **words;
    const fb_string **strings;
} encoder;

/* --- nulls --- */

/* *valid = rows of the column that are not null and not below a null; NULL: all rows. */
static bool find_valid(encoder *e, const fb_column *column, const uint64_t *parent,
                       const uint64_t **valid)
{
    *valid = parent;
    if (!column->validity) return true;
    if (!column->is_constant && fb_bits_all_set(column->validity, e->row_count)) return true;
    if (column->is_constant && fb_bits_get(column->validity, 0)) return true;
    size_t count = fb_bits_words(e->row_count);
    uint64_t *own = fb_arena_array(e->arena, count, sizeof *own);
    if (!own) return false;
    for (size_t i = 0; i < count; i++)
        own[i] = (column->is_constant ? 0 : column->validity[i]) & (parent ? parent[i] : ~0ull);
    *valid = own;
    return true;
}

/* Notes the rows that are null here and not only below a null. */
static bool note_nulls(encoder *e, uint32_t bit, const uint64_t *valid, const uint64_t *parent)
{
    if (valid == parent) return true;
    if (!e->nulls) {
        e->nulls = fb_arena_array(e->arena, e->row_count, sizeof *e->nulls);
        if (!e->nulls) return false;
        memset(e->nulls, 0, e->row_count * sizeof *e->nulls);
    }
    for (size_t i = 0; i < e->row_count; i++) {
        uint64_t is_null = (parent ? fb_bits_get(parent, i) : 1) & !fb_bits_get(valid, i);
        e->nulls[i] |= is_null << bit;
    }
    return true;
}

/* --- values --- */

static inline uint64_t float_word(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value == 0) bits = 0;
    return value != value ? 0x7fc00000u : bits;
}

static inline uint64_t double_word(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value == 0) bits = 0;
    return value != value ? 0x7ff8000000000000u : bits;
}

/* The first value of a word stores, the others add. */
#define ENCODE(values, convert)                                   \
    do {                                                          \
        if (column->is_constant) {                                \
            uint64_t value_ = convert((values)[0]);               \
            for (size_t i = 0; i < count; i++)                    \
                to[i] = (shift ? to[i] : 0) | value_ << shift;    \
        } else if (shift == 0) {                                  \
            for (size_t i = 0; i < count; i++)                    \
                to[i] = convert((values)[i]);                     \
        } else {                                                  \
            for (size_t i = 0; i < count; i++)                    \
                to[i] |= (uint64_t)convert((values)[i]) << shift; \
        }                                                         \
    } while (0)

static void encode_small(const fb_column *column, size_t count, uint32_t shift, uint64_t *to)
{
    if (column->type->id == FB_TYPE_FLOAT)
        ENCODE(column->floats, float_word);
    else if (fb_type_width(column->type) == 1)
        ENCODE(column->bools, (uint64_t));
    else if (fb_type_width(column->type) == 2)
        ENCODE((const uint16_t *)column->int16s, (uint64_t));
    else
        ENCODE((const uint32_t *)column->int32s, (uint64_t));
}

static void encode_large(const fb_column *column, size_t count, uint64_t *to, uint64_t *high)
{
    const uint32_t shift = 0;
    if (column->type->id == FB_TYPE_DOUBLE) {
        ENCODE(column->doubles, double_word);
    } else if (fb_type_width(column->type) == 8) {
        ENCODE(column->int64s, (uint64_t));
    } else {
        for (size_t i = 0; i < count; i++) {
            fb_uint128 value = (fb_uint128)column->int128s[fb_column_index(column, i)];
            to[i] = (uint64_t)value;
            high[i] = (uint64_t)(value >> 64);
        }
    }
}

/* Values in null rows are zero. */
static void clear_nulls(const uint64_t *valid, size_t count, uint64_t keep, uint64_t *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] &= keep | -(uint64_t)fb_bits_get(valid, i);
}

static uint64_t *room(encoder *e)
{
    return fb_arena_array(e->arena, e->row_count, sizeof(uint64_t));
}

static bool encode_value(encoder *e, const fb_group_node *node, const fb_column *column,
                         const uint64_t *valid)
{
    size_t width = fb_type_width(node->type), count = e->row_count;
    if (width == 0) return true;
    bool as_it_is = width == 8 && node->type->id != FB_TYPE_DOUBLE && !column->is_constant;
    if (as_it_is && !valid) {
        e->words[node->word] = (const uint64_t *)column->int64s;
        return true;
    }
    uint64_t *to = node->shift ? (uint64_t *)e->words[node->word] : room(e);
    uint64_t *high = width == 16 ? room(e) : NULL;
    if (!to || (width == 16 && !high)) return false;
    e->words[node->word] = to;
    if (high) e->words[node->word + 1] = high;
    if (width < 8)
        encode_small(column, count, node->shift, to);
    else
        encode_large(column, count, to, high);
    if (!valid) return true;
    uint64_t bits = width < 8 ? (((uint64_t)1 << width * 8) - 1) << node->shift : ~0ull;
    clear_nulls(valid, count, ~bits, to);
    if (high) clear_nulls(valid, count, 0, high);
    return true;
}

/* --- strings --- */

static bool encode_strings(encoder *e, const fb_group_node *node, const fb_column *column,
                           const uint64_t *valid)
{
    uint64_t *head = room(e), *tail = room(e);
    const fb_string *strings = column->strings;
    if (!head || !tail) return false;
    if (column->is_constant || valid) {
        fb_string *own = fb_arena_array(e->arena, e->row_count, sizeof *own);
        if (!own) return false;
        for (size_t i = 0; i < e->row_count; i++)
            own[i] = !valid || fb_bits_get(valid, i) ? strings[fb_column_index(column, i)]
                                                     : (fb_string){0};
        strings = own;
    }
    for (size_t i = 0; i < e->row_count; i++) {
        memcpy(&head[i], &strings[i], sizeof *head);
        memcpy(&tail[i], strings[i].near, sizeof *tail);
        if (strings[i].size > FB_STRING_INLINE)
            tail[i] = fb_xxhash64_bytes((fb_slice){strings[i].far, strings[i].size}, FB_HASH_SEED);
    }
    e->words[node->word] = head;
    e->words[node->word + 1] = tail;
    e->strings[node->string] = strings;
    return true;
}

static fb_status encode_packed(encoder *e, const fb_group_node *node, const fb_column *column,
                               fb_error *err)
{
    fb_column canonical, packed = {.type = fb_type_of(FB_TYPE_BINARY)};
    const fb_column *const columns[] = {&canonical};
    fb_unsafe_rows rows;
    if (!fb_column_canonical_floats(&canonical, e->arena, column, e->row_count))
        return fb_fail_nomem(err, "the keys of rows");
    FB_TRY(fb_unsafe_row_encode(columns, 1, e->row_count, e->arena, &rows, err));
    packed.strings = fb_arena_array(e->arena, e->row_count, sizeof *packed.strings);
    if (!packed.strings) return fb_fail_nomem(err, "the keys of rows");
    for (size_t i = 0; i < e->row_count; i++)
        packed.strings[i] = fb_string_view(fb_unsafe_rows_get(&rows, i));
    return encode_strings(e, node, &packed, NULL) ? FB_OK : fb_fail_nomem(err, "the keys of rows");
}

static bool encode_node(encoder *e, uint32_t number, const fb_column *column,
                        const uint64_t *parent)
{
    const fb_group_node *node = &e->layout->nodes[number];
    const uint64_t *valid;
    if (!find_valid(e, column, parent, &valid)) return false;
    if (!note_nulls(e, node->null_bit, valid, parent)) return false;
    if (node->kind == FB_GROUP_NODE_VALUE) return encode_value(e, node, column, valid);
    if (node->kind == FB_GROUP_NODE_STRING) return encode_strings(e, node, column, valid);
    const fb_column *field = column->children;
    for (uint32_t child = number + 1; child < node->end; child = e->layout->nodes[child].end)
        if (!encode_node(e, child, field++, valid)) return false;
    return true;
}

/* --- hashes --- */

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    fb_uint128 product = (fb_uint128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static const uint64_t SALT[] = {0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u};

/* Two words with one multiplication. */
static void hash_words(const fb_group_block *block, uint32_t words, uint64_t *hashes)
{
    const uint64_t *first = block->words[0];
    if (words == 1) {
        for (size_t i = 0; i < block->row_count; i++)
            hashes[i] = mix(first[i] ^ SALT[0], SALT[1]);
        return;
    }
    const uint64_t *second = block->words[1];
    for (size_t i = 0; i < block->row_count; i++)
        hashes[i] = mix(first[i] ^ SALT[0], second[i] ^ SALT[1]);
    for (uint32_t word = 2; word < words; word++)
        for (size_t i = 0; i < block->row_count; i++)
            hashes[i] = mix(hashes[i] ^ block->words[word][i] ^ SALT[0], SALT[1]);
}

fb_status fb_group_block_hash(fb_group_block *block, const fb_group_layout *layout, fb_arena *arena,
                              fb_error *err)
{
    uint64_t *hashes = fb_arena_array(arena, block->row_count, sizeof *hashes);
    if (!hashes) return fb_fail_nomem(err, "the keys of rows");
    hash_words(block, layout->word_count, hashes);
    for (size_t i = 0; block->nulls && i < block->row_count; i++)
        if (block->nulls[i]) hashes[i] = mix(hashes[i] ^ block->nulls[i], SALT[1]);
    block->hashes = hashes;
    return FB_OK;
}

/* --- all of it --- */

static bool begin(encoder *e)
{
    e->words = fb_arena_array(e->arena, e->layout->word_count, sizeof *e->words);
    e->strings = fb_arena_array(e->arena, e->layout->string_count, sizeof *e->strings);
    if (!e->words || !e->strings) return false;
    if (!e->layout->has_no_values) return true;
    uint64_t *zeros = room(e);
    if (!zeros) return false;
    memset(zeros, 0, e->row_count * sizeof *zeros);
    e->words[0] = zeros;
    return true;
}

fb_status fb_group_block_build(fb_group_block *out, const fb_group_layout *layout,
                               const fb_column *keys, size_t row_count, fb_arena *arena,
                               fb_error *err)
{
    encoder e = {.layout = layout, .row_count = row_count, .arena = arena};
    if (!begin(&e)) return fb_fail_nomem(err, "the keys of rows");
    uint32_t number = 0;
    for (uint32_t key = 0; key < layout->key_count; key++, number = layout->nodes[number].end) {
        const fb_group_node *node = &layout->nodes[number];
        if (node->kind == FB_GROUP_NODE_PACKED)
            FB_TRY(encode_packed(&e, node, &keys[key], err));
        else if (!encode_node(&e, number, &keys[key], NULL))
            return fb_fail_nomem(err, "the keys of rows");
    }
    *out = (fb_group_block){
        .row_count = row_count, .words = e.words, .nulls = e.nulls, .strings = e.strings};
    return fb_group_block_hash(out, layout, arena, err);
}
