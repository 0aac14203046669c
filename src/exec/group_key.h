/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of groups as 64-bit words, so that tables hash and compare words whatever the types are.
 * Equal keys have equal words, as Spark compares keys: null equals null, NaN equals NaN, -0.0
 * equals 0.0.
 *
 * Values of up to 4 bytes share a word, larger ones have one or two of their own, a string two: its
 * size and first bytes, then the other bytes or, behind 12 bytes, a hash of all of them; only then
 * are bytes compared. What is or holds an array is the string of its UnsafeRow. Nulls are bits
 * beside the words, which most rows do without.
 *
 * A layout is immutable once it is in use; any thread. */
#ifndef FB_EXEC_GROUP_KEY_H
#define FB_EXEC_GROUP_KEY_H

#include "base/status.h"
#include "data/column.h"

typedef enum fb_group_node_kind {
    FB_GROUP_NODE_VALUE,  /* up to 16 bytes of fixed width; VOID: none */
    FB_GROUP_NODE_STRING, /* STRING, BINARY */
    FB_GROUP_NODE_STRUCT, /* the nodes behind it, up to `end`, are its fields */
    FB_GROUP_NODE_WINDOW, /* a struct of start and end, with a node for the start only */
    FB_GROUP_NODE_PACKED, /* a whole key as the string of its UnsafeRow */
} fb_group_node_kind;

typedef struct fb_group_node {
    fb_group_node_kind kind;
    const fb_type *type;
    uint32_t end;          /* number of the node behind this one and all below it */
    uint32_t word;         /* VALUE, STRING, PACKED: the first one */
    uint32_t shift;        /* VALUE of up to 4 bytes: its place in the word */
    uint32_t string;       /* STRING, PACKED: its number among these */
    uint32_t null_bit;     /* not PACKED, where nulls are part of the bytes */
    int64_t width_us;      /* WINDOW */
    const fb_type *schema; /* PACKED: STRUCT of this field only */
} fb_group_node;

typedef struct fb_group_layout {
    fb_group_node *nodes; /* of all keys, each before those below it */
    uint32_t node_count;
    uint32_t key_count;
    uint32_t word_count; /* not 0 */
    bool has_no_values;  /* then the only word is zero */
    uint32_t string_count;
    uint32_t null_count;
    uint32_t open_word; /* where the next small value goes, */
    uint32_t open_bits; /* and how many bits are taken there; 64: nowhere */
} fb_group_layout;

/* `widths_us[key]`, where not 0, says that the key is a window struct whose end always lies that
 * far behind its start; `widths_us` may be NULL. In `arena`. Types are borrowed. */
fb_status fb_group_layout_build(fb_group_layout *out, fb_arena *arena,
                                const fb_type *const *key_types, const int64_t *widths_us,
                                uint32_t key_count, fb_error *err) FB_CHECKED;

/* The keys of some rows. */
typedef struct fb_group_block {
    size_t row_count;
    const uint64_t **words;    /* word_count columns */
    const uint64_t *nulls;     /* by row: a bit for each node that is null; NULL: none is */
    const fb_string **strings; /* string_count columns; those of null rows are empty */
    const uint64_t *hashes;    /* by row */
} fb_group_block;

/* Columns may be constant. The result borrows memory of `keys` and of `arena`. */
fb_status fb_group_block_build(fb_group_block *out, const fb_group_layout *layout,
                               const fb_column *keys, size_t row_count, fb_arena *arena,
                               fb_error *err) FB_CHECKED;

/* Only the hashes, of a block whose words and nulls are there. */
fb_status fb_group_block_hash(fb_group_block *block, const fb_group_layout *layout, fb_arena *arena,
                              fb_error *err) FB_CHECKED;

/* Kept keys: the words of one after another, then the strings' addresses. */
typedef struct fb_group_entries {
    const uint64_t *words; /* fb_group_layout_stride for each */
    const uint64_t *nulls; /* for each; NULL: none */
} fb_group_entries;

static inline uint32_t fb_group_layout_stride(const fb_group_layout *layout)
{
    return layout->word_count + layout->string_count;
}

/* The keys as flat columns in `arena`. Strings point to where the entries do. */
fb_status fb_group_keys_decode(const fb_group_layout *layout, const fb_group_entries *entries,
                               size_t count, fb_arena *arena, fb_column *out,
                               fb_error *err) FB_CHECKED;

#endif
