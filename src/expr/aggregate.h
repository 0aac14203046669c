/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregate functions: what they keep per group, and how it changes.
 *
 * Buffers are columns with a row per group, so that every kernel is a loop over rows and the group
 * of each: `sums[groups[i]] += values[i]`. Their fields are Spark's, name by name, because their
 * values are what lies in the state as UnsafeRow (docs/formats/checkpoint.md). An input row is
 * folded in by `update`, the buffers of another place (a split, a partition's state) by `merge`,
 * and `evaluate` gives the result.
 *
 * Calls are immutable after binding and shared by threads; buffers belong to one thread. */
#ifndef FB_EXPR_AGGREGATE_H
#define FB_EXPR_AGGREGATE_H

#include "expr/function.h"

typedef struct fb_aggregate fb_aggregate;
typedef struct fb_aggregate_call fb_aggregate_call;

enum { FB_AGGREGATE_MAX_FIELDS = 6 };

/* A field of the buffer. */
typedef struct fb_buffer_field {
    const char *name;
    const fb_type *type;
    bool nullable;
    bool starts_null; /* else it starts as zero, or true, or these bytes of a BINARY */
    bool starts_true;
    bool is_declared_nullable; /* in the state's schema, as in Spark's, though it never is NULL */
    fb_slice starts_as;
} fb_buffer_field;

/* Folds row i of the arguments into group groups[i], for i in 0..row_count-1. `fields` are the
 * call's buffer columns; strings that stay are copied to `heap`. */
typedef fb_status (*fb_aggregate_update)(const fb_aggregate_call *call, fb_eval *eval,
                                         fb_arena *heap, fb_column *fields, const uint32_t *groups,
                                         const fb_column *args, size_t row_count);
/* Brings buffers into the form that is stored, where `update` keeps another one meanwhile. */
typedef fb_status (*fb_aggregate_settle)(const fb_aggregate_call *call, fb_eval *eval,
                                         fb_arena *heap, fb_column *fields, size_t group_count);
/* Folds row i of other buffers (flat columns of the same fields) into group groups[i]. */
typedef fb_status (*fb_aggregate_merge)(const fb_aggregate_call *call, fb_eval *eval,
                                        fb_arena *heap, fb_column *fields, const uint32_t *groups,
                                        const fb_column *others, size_t row_count);
/* The results of groups 0..group_count-1: a flat column of call->type, good until the buffers
 * change. */
typedef fb_status (*fb_aggregate_evaluate)(const fb_aggregate_call *call, fb_eval *eval,
                                           const fb_column *fields, size_t group_count,
                                           fb_column *out);

struct fb_aggregate_call {
    const fb_aggregate *function;
    const fb_expr *const *args; /* cast to what the kernels take */
    uint32_t arg_count;
    fb_position position;
    const fb_type *type; /* of the result */
    bool nullable;
    bool ansi;
    bool ignores_nulls;    /* first, last */
    bool merge_rounds;     /* merging into empty buffers may change the last digits */
    unsigned variant;      /* of functions that share their kernels */
    const fb_type *packed; /* the STRUCT whose row the bytes of a buffer are; NULL: there is none */
    fb_buffer_field fields[FB_AGGREGATE_MAX_FIELDS];
    uint32_t field_count;
    fb_aggregate_update update;
    fb_aggregate_settle settle; /* or NULL: nothing to do */
    fb_aggregate_merge merge;
    fb_aggregate_evaluate evaluate;
};

struct fb_aggregate {
    const char *name; /* lower case */
    uint8_t min_args, max_args;
    /* Checks and casts call->args, sets all from `type` on. */
    fb_status (*bind)(fb_binder *binder, fb_aggregate_call *call);
    const char *usage;
};

typedef struct fb_aggregate_list {
    const fb_aggregate *functions;
    uint32_t count;
} fb_aggregate_list;

/* All of them, for help and suggestions. */
const fb_aggregate_list *const *fb_aggregate_lists(uint32_t *count);
const fb_aggregate *fb_aggregate_find(fb_slice name); /* without case; NULL: none */

/* A bound call; errors as those of fb_bind_call. The result lives in the binder's arena. */
fb_status fb_aggregate_bind(fb_binder *binder, const fb_aggregate *function,
                            const fb_expr *const *args, uint32_t arg_count, fb_position position,
                            fb_aggregate_call **out) FB_CHECKED;

/* --- buffers --- */

/* The buffer columns of several calls, in their order, for a growing number of groups. One thread
 * at a time. */
typedef struct fb_buffers {
    const fb_aggregate_call *const *calls; /* borrowed */
    uint32_t call_count;
    fb_column *columns; /* of all calls */
    uint32_t *first;    /* per call: its first column */
    uint32_t column_count;
    uint32_t group_count; /* initialised rows */
    uint32_t capacity;
    fb_arena heap; /* strings, entries of arrays, lists that are being made */
} fb_buffers;

fb_status fb_buffers_init(fb_buffers *buffers, const fb_aggregate_call *const *calls,
                          uint32_t call_count, fb_error *err) FB_CHECKED;
void fb_buffers_deinit(fb_buffers *buffers);
/* Adds groups up to `group_count`, in their starting state. */
fb_status fb_buffers_grow(fb_buffers *buffers, uint32_t group_count, fb_error *err) FB_CHECKED;
/* Adds `count` groups with the values of groups rows[i] of `from`, which has the same calls and no
 * strings or nested values in its fields (asserted). */
fb_status fb_buffers_append(fb_buffers *buffers, const fb_buffers *from, const uint32_t *rows,
                            uint32_t count, fb_error *err) FB_CHECKED;
/* Forgets all groups, keeps the memory. */
void fb_buffers_clear(fb_buffers *buffers);
/* Bytes held, for the memory limit. */
size_t fb_buffers_bytes(const fb_buffers *buffers);

/* The kernels over all calls: `args[call]` are a call's evaluated arguments, `others` the columns
 * of another fb_buffers (or of decoded state rows), all calls' fields in order. */
fb_status fb_buffers_update(fb_buffers *buffers, fb_eval *eval, const uint32_t *groups,
                            const fb_column *const *args, size_t row_count) FB_CHECKED;
/* One call only, on rows of its own: those that its filter lets pass. */
fb_status fb_buffers_update_call(fb_buffers *buffers, fb_eval *eval, uint32_t call,
                                 const uint32_t *groups, const fb_column *args,
                                 size_t row_count) FB_CHECKED;
/* Due between updates and whoever reads the columns, also a merge or an evaluation. */
fb_status fb_buffers_settle(fb_buffers *buffers, fb_eval *eval) FB_CHECKED;
fb_status fb_buffers_merge(fb_buffers *buffers, fb_eval *eval, const uint32_t *groups,
                           const fb_column *others, size_t row_count) FB_CHECKED;
/* The result column of call number `call`, for all groups. */
fb_status fb_buffers_evaluate(const fb_buffers *buffers, fb_eval *eval, uint32_t call,
                              fb_column *out) FB_CHECKED;
/* The STRUCT of all fields, as the value schema of the state has it. NULL: no memory. */
const fb_type *fb_buffers_schema(const fb_aggregate_call *const *calls, uint32_t call_count,
                                 fb_arena *arena);

/* --- for the kernels --- */

static inline bool fb_buffer_is_null(const fb_column *field, uint32_t group)
{
    return field->validity && !fb_bits_get(field->validity, group);
}

extern const fb_aggregate_list fb_aggregates_average;
extern const fb_aggregate_list fb_aggregates_bits;
extern const fb_aggregate_list fb_aggregates_by;
extern const fb_aggregate_list fb_aggregates_collect;
extern const fb_aggregate_list fb_aggregates_count;
extern const fb_aggregate_list fb_aggregates_extremum;
extern const fb_aggregate_list fb_aggregates_first;
extern const fb_aggregate_list fb_aggregates_moments;
extern const fb_aggregate_list fb_aggregates_pairs;
extern const fb_aggregate_list fb_aggregates_sum;

#endif
