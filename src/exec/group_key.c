/* SPDX-License-Identifier: Apache-2.0
 *
 * Layouts of keys, and keys back from their words; group_block.c makes the words. */
#include "exec/group_key.h"

#include "data/unsafe_row.h"

enum { MAX_NULL_BITS = 64, WORD_BITS = 64 };

/* --- layout --- */

/* Nodes of a type without arrays and maps; 0: it has some. */
static uint32_t flat_nodes(const fb_type *type)
{
    if (type->id == FB_TYPE_ARRAY || type->id == FB_TYPE_MAP) return 0;
    if (type->id != FB_TYPE_STRUCT) return 1;
    uint32_t total = 1;
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t below = flat_nodes(type->fields[i].type);
        if (below == 0 || total > MAX_NULL_BITS) return 0;
        total += below;
    }
    return total;
}

static fb_group_node *add_node(fb_group_layout *layout, fb_group_node_kind kind,
                               const fb_type *type)
{
    fb_group_node *node = &layout->nodes[layout->node_count++];
    *node = (fb_group_node){.kind = kind, .type = type};
    return node;
}

static void add_string(fb_group_layout *layout, fb_group_node *node)
{
    node->word = layout->word_count;
    layout->word_count += 2;
    node->string = layout->string_count++;
}

static void add_value(fb_group_layout *layout, fb_group_node *node)
{
    uint32_t bits = (uint32_t)fb_type_width(node->type) * 8;
    if (bits >= WORD_BITS) {
        node->word = layout->word_count;
        layout->word_count += bits / WORD_BITS;
        return;
    }
    if (bits == 0) return; /* VOID */
    if (layout->open_bits + bits > WORD_BITS) {
        layout->open_word = layout->word_count++;
        layout->open_bits = 0;
    }
    node->word = layout->open_word;
    node->shift = layout->open_bits;
    layout->open_bits += bits;
}

static fb_group_node_kind kind_of(const fb_type *type)
{
    if (type->id == FB_TYPE_STRUCT) return FB_GROUP_NODE_STRUCT;
    bool is_string = type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY;
    return is_string ? FB_GROUP_NODE_STRING : FB_GROUP_NODE_VALUE;
}

static void add_flat(fb_group_layout *layout, const fb_type *type, int64_t width_us)
{
    fb_group_node *node = add_node(layout, kind_of(type), type);
    node->null_bit = layout->null_count++;
    if (node->kind == FB_GROUP_NODE_STRING) add_string(layout, node);
    if (node->kind == FB_GROUP_NODE_VALUE) add_value(layout, node);
    uint32_t fields = node->kind == FB_GROUP_NODE_STRUCT ? type->field_count : 0;
    if (width_us) {
        FB_ASSERT(fields == 2);
        node->kind = FB_GROUP_NODE_WINDOW;
        node->width_us = width_us;
        fields = 1;
    }
    for (uint32_t i = 0; i < fields; i++)
        add_flat(layout, type->fields[i].type, 0);
    node->end = layout->node_count;
}

static fb_status add_packed(fb_group_layout *layout, fb_arena *arena, const fb_type *type,
                            fb_error *err)
{
    const fb_field field = {.name = FB_SLICE("key"), .type = type, .nullable = true};
    fb_group_node *node = add_node(layout, FB_GROUP_NODE_PACKED, type);
    node->schema = fb_type_struct(arena, &field, 1);
    if (!node->schema) return fb_fail_nomem(err, "the layout of group keys");
    add_string(layout, node);
    node->end = layout->node_count;
    return FB_OK;
}

fb_status fb_group_layout_build(fb_group_layout *out, fb_arena *arena,
                                const fb_type *const *key_types, const int64_t *widths_us,
                                uint32_t key_count, fb_error *err)
{
    *out = (fb_group_layout){.key_count = key_count, .open_bits = WORD_BITS};
    size_t nodes = 0;
    for (uint32_t i = 0; i < key_count; i++)
        nodes += flat_nodes(key_types[i]) + 1;
    out->nodes = fb_arena_array(arena, nodes, sizeof *out->nodes);
    if (!out->nodes) return fb_fail_nomem(err, "the layout of group keys");
    for (uint32_t i = 0; i < key_count; i++) {
        uint32_t needed = flat_nodes(key_types[i]);
        if (needed && out->null_count + needed <= MAX_NULL_BITS)
            add_flat(out, key_types[i], widths_us ? widths_us[i] : 0);
        else
            FB_TRY(add_packed(out, arena, key_types[i], err));
    }
    out->has_no_values = out->word_count == 0;
    if (out->has_no_values) out->word_count = 1;
    return FB_OK;
}

/* --- from words --- */

typedef struct decoder {
    const fb_group_layout *layout;
    const fb_group_entries *entries;
    size_t count;
    uint32_t stride;
    fb_arena *arena;
    fb_error *err;
} decoder;

static bool decode_nulls(const decoder *d, const fb_group_node *node, fb_column *out)
{
    if (!d->entries->nulls) return true;
    for (size_t i = 0; i < d->count; i++) {
        if (!(d->entries->nulls[i] >> node->null_bit & 1)) continue;
        if (!fb_column_need_validity(out, d->arena, d->count)) return false;
        if (out->validity) fb_bits_clear(out->validity, i);
    }
    return true;
}

static void decode_value(const decoder *d, const fb_group_node *node, fb_column *out)
{
    const uint64_t *words = d->entries->words + node->word;
    uint32_t stride = d->stride, shift = node->shift;
    switch (fb_type_width(node->type)) {
    case 1:
        for (size_t i = 0; i < d->count; i++)
            out->bools[i] = (uint8_t)(words[i * stride] >> shift);
        break;
    case 2:
        for (size_t i = 0; i < d->count; i++)
            out->int16s[i] = (int16_t)(words[i * stride] >> shift);
        break;
    case 4:
        for (size_t i = 0; i < d->count; i++)
            out->int32s[i] = (int32_t)(words[i * stride] >> shift);
        break;
    case 8:
        for (size_t i = 0; i < d->count; i++)
            out->int64s[i] = (int64_t)words[i * stride];
        break;
    case 16:
        for (size_t i = 0; i < d->count; i++)
            memcpy(&out->int128s[i], &words[i * stride], sizeof *out->int128s);
        break;
    default:
        break; /* VOID */
    }
}

/* Short strings lie in their words; the address of a long one stands behind all words. */
static fb_string entry_string(const decoder *d, const fb_group_node *node, size_t row)
{
    const uint64_t *entry = d->entries->words + row * d->stride;
    fb_string string;
    memcpy(&string, &entry[node->word], sizeof string);
    if (string.size > FB_STRING_INLINE)
        memcpy(&string.far, &entry[d->layout->word_count + node->string], sizeof string.far);
    return string;
}

static void decode_strings(const decoder *d, const fb_group_node *node, fb_column *out)
{
    for (size_t i = 0; i < d->count; i++)
        out->strings[i] = entry_string(d, node, i);
}

static fb_status decode_packed(const decoder *d, const fb_group_node *node, fb_column *out)
{
    fb_string *strings = fb_arena_array(d->arena, d->count, sizeof *strings);
    fb_slice *rows = fb_arena_array(d->arena, d->count, sizeof *rows);
    if (!strings || !rows) return fb_fail_nomem(d->err, "the keys of groups");
    for (size_t i = 0; i < d->count; i++) {
        strings[i] = entry_string(d, node, i);
        rows[i] = fb_string_slice(&strings[i]);
    }
    fb_chunk chunk;
    FB_TRY(fb_unsafe_row_decode(node->schema, rows, d->count, d->arena, &chunk, d->err));
    *out = chunk.columns[0];
    return FB_OK;
}

/* `out` has room; nested columns are filled in turn. */
static bool decode_node(const decoder *d, uint32_t number, fb_column *out)
{
    const fb_group_node *node = &d->layout->nodes[number];
    if (!decode_nulls(d, node, out)) return false;
    if (node->kind == FB_GROUP_NODE_VALUE) decode_value(d, node, out);
    if (node->kind == FB_GROUP_NODE_STRING) decode_strings(d, node, out);
    fb_column *field = out->children;
    for (uint32_t child = number + 1; child < node->end; child = d->layout->nodes[child].end)
        if (!decode_node(d, child, field++)) return false;
    if (node->kind == FB_GROUP_NODE_WINDOW)
        for (size_t i = 0; i < d->count; i++)
            out->children[1].int64s[i] =
                (int64_t)((uint64_t)out->children[0].int64s[i] + (uint64_t)node->width_us);
    return true;
}

fb_status fb_group_keys_decode(const fb_group_layout *layout, const fb_group_entries *entries,
                               size_t count, fb_arena *arena, fb_column *out, fb_error *err)
{
    const decoder d = {layout, entries, count, fb_group_layout_stride(layout), arena, err};
    uint32_t number = 0;
    for (uint32_t key = 0; key < layout->key_count; key++, number = layout->nodes[number].end) {
        const fb_group_node *node = &layout->nodes[number];
        if (node->kind == FB_GROUP_NODE_PACKED)
            FB_TRY(decode_packed(&d, node, &out[key]));
        else if (!fb_column_init(&out[key], arena, node->type, count) ||
                 !decode_node(&d, number, &out[key]))
            return fb_fail_nomem(err, "the keys of groups");
    }
    return FB_OK;
}
