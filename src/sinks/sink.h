/* SPDX-License-Identifier: Apache-2.0
 *
 * A streaming sink. A batch is begun, written to by tasks in parallel (each task one split, its
 * chunks in order), then committed or aborted as a whole. Rows of split i come before those of
 * split i + 1. A batch id may come again after a crash: a sink that can recognise it says so.
 *
 * The query's thread makes all calls but `write`. Call through the fb_sink_* functions. */
#ifndef FB_SINKS_SINK_H
#define FB_SINKS_SINK_H

#include "base/options.h"
#include "data/chunk.h"
#include "env/timezone.h"

enum { FB_SINK_ABI = 1 };

typedef struct fb_sink fb_sink;
typedef struct fb_sink_ops fb_sink_ops;

typedef enum fb_output_mode {
    FB_OUTPUT_APPEND,
    FB_OUTPUT_UPDATE,
    FB_OUTPUT_COMPLETE,
} fb_output_mode;

/* Where text for people and pipes goes; the library itself never prints. `write` returns when all
 * bytes have been handed to the system, since the batch that they show is committed next; false,
 * with errno set, when they cannot be: that fails the batch. */
typedef struct fb_output {
    bool (*write)(void *user, const char *text, size_t size_bytes);
    void *user;
} fb_output;

typedef struct fb_sink_config {
    const fb_option_value *options; /* parsed by ops->options, same order */
    const fb_type *schema;          /* of the rows: STRUCT */
    fb_output_mode mode;
    const fb_timezone *timezone; /* session time zone, for printing */
    fb_output output;            /* console */
    void *user;                  /* memory sink: its table; foreach: the callback */
} fb_sink_config;

struct fb_sink_ops {
    uint32_t abi;
    const char *name; /* as in USING name */
    const char *help;
    const fb_option_spec *options;
    uint32_t option_count;
    uint32_t modes; /* bit 1 << fb_output_mode set: accepted */

    /* Required. */
    fb_status (*open)(const fb_sink_config *config, fb_sink **out, fb_error *err);
    void (*close)(fb_sink *self);
    fb_status (*describe)(fb_sink *self, fb_buf *out, fb_error *err);
    fb_status (*begin)(fb_sink *self, int64_t batch_id, uint32_t split_count, fb_error *err);
    fb_status (*write)(fb_sink *self, uint32_t split, const fb_chunk *chunk, fb_error *err);
    /* *row_count: rows of the batch for progress (-1: unknown). */
    fb_status (*commit)(fb_sink *self, int64_t batch_id, int64_t *row_count, fb_error *err);
    void (*abort)(fb_sink *self, int64_t batch_id);

    /* Optional. */
    /* The newest batch known to be committed, -1: none or unknown (the default): a repeated
     * batch is then not written again. */
    fb_status (*last_committed)(fb_sink *self, int64_t *batch_id, fb_error *err);
};

struct fb_sink {
    const fb_sink_ops *ops;
};

fb_status fb_sink_open(const fb_sink_ops *ops, const fb_sink_config *config, fb_sink **out,
                       fb_error *err) FB_CHECKED;
void fb_sink_close(fb_sink *sink); /* NULL is fine */
fb_status fb_sink_describe(fb_sink *sink, fb_buf *out, fb_error *err) FB_CHECKED;
fb_status fb_sink_begin(fb_sink *sink, int64_t batch_id, uint32_t split_count,
                        fb_error *err) FB_CHECKED;
fb_status fb_sink_write(fb_sink *sink, uint32_t split, const fb_chunk *chunk,
                        fb_error *err) FB_CHECKED;
fb_status fb_sink_commit(fb_sink *sink, int64_t batch_id, int64_t *row_count,
                         fb_error *err) FB_CHECKED;
void fb_sink_abort(fb_sink *sink, int64_t batch_id);
fb_status fb_sink_last_committed(fb_sink *sink, int64_t *batch_id, fb_error *err) FB_CHECKED;

const fb_sink_ops *const *fb_sink_registry(uint32_t *count);
const fb_sink_ops *fb_sink_find(fb_slice name); /* without case; NULL: none */

extern const fb_sink_ops fb_sink_console; /* console.c */
extern const fb_sink_ops fb_sink_memory;  /* memory.c */
extern const fb_sink_ops fb_sink_noop;    /* noop.c */

#endif
