/* SPDX-License-Identifier: Apache-2.0
 *
 * Partial aggregation of more groups than the cache holds: rows are parted by the hash of their
 * keys into FB_PARTS parts, each with a table and buffers of its own. Rows wait in write buffers,
 * by column, until a part has enough of them to make it worth to bring its groups into the cache.
 *
 * Where hardly any two rows have the same key, looking for groups is wasted, as they are looked for
 * once more in the partition: then rows are passed on as a group each, part by part, until they are
 * so many that their number has to be bounded.
 *
 * Only for keys and arguments of fixed width. One thread at a time. */
#ifndef FB_EXEC_PARTIAL_PARTS_H
#define FB_EXEC_PARTIAL_PARTS_H

#include "exec/aggregation.h"
#include "exec/exchange.h"
#include "exec/group_words.h"

enum { FB_PARTS = FB_EXCHANGE_PARTS };

/* What a call gets of a chunk: its evaluated arguments, for all rows or, where `rows` is not NULL,
 * for these only. */
typedef struct fb_call_input {
    fb_column *args;
    const uint32_t *rows;
    uint32_t row_count;
} fb_call_input;

typedef struct fb_partial_parts fb_partial_parts;

/* Takes groups of a part: their keys, and their values. */
typedef fb_status (*fb_partial_parts_write)(void *user, uint32_t part, const fb_group_entries *keys,
                                            const fb_buffers *values, uint32_t group_count,
                                            fb_error *err);

/* Whether the aggregation can be parted. */
bool fb_partial_parts_fit(const fb_aggregation *aggregation, const fb_group_layout *layout);

/* All is borrowed. */
fb_status fb_partial_parts_create(const fb_aggregation *aggregation, const fb_group_layout *layout,
                                  fb_budget *budget, fb_partial_parts_write write, void *user,
                                  fb_partial_parts **out, fb_error *err) FB_CHECKED;
void fb_partial_parts_destroy(fb_partial_parts *parts); /* NULL is fine */

/* Copies groups formed before, with their values. Called once, before any row. */
fb_status fb_partial_parts_adopt(fb_partial_parts *parts, const fb_group_words *groups,
                                 const fb_buffers *values, fb_error *err) FB_CHECKED;
/* Rows of a chunk; `inputs` has an entry per call. */
fb_status fb_partial_parts_add(fb_partial_parts *parts, fb_eval *eval, const fb_group_block *rows,
                               const fb_call_input *inputs) FB_CHECKED;
/* Writes the groups that there are; from now on rows are passed on. */
fb_status fb_partial_parts_pass_on(fb_partial_parts *parts, fb_eval *eval) FB_CHECKED;
/* Writes all groups, after the last row. */
fb_status fb_partial_parts_finish(fb_partial_parts *parts, fb_eval *eval) FB_CHECKED;
/* Whether no key was written twice. */
bool fb_partial_parts_are_distinct(const fb_partial_parts *parts);

#endif
