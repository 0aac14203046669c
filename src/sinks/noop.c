/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `noop`: counts the rows and forgets them. */
#include "sinks/sink.h"

#include "base/memory.h"

#include <stdatomic.h>

typedef struct noop_sink {
    fb_sink base;
    atomic_int_fast64_t row_count;
} noop_sink;

static fb_status noop_open(const fb_sink_config *config, fb_sink **out, fb_error *err)
{
    (void)config;
    noop_sink *self = fb_alloc_zero(1, sizeof *self);
    if (!self) return fb_fail_nomem(err, "sink 'noop'");
    self->base.ops = &fb_sink_noop;
    *out = &self->base;
    return FB_OK;
}

static void noop_close(fb_sink *sink)
{
    fb_free(sink);
}

static fb_status noop_describe(fb_sink *sink, fb_buf *out, fb_error *err)
{
    (void)sink, (void)err;
    fb_buf_add_text(out, "NoopTable");
    return FB_OK;
}

static fb_status noop_begin(fb_sink *sink, int64_t batch_id, uint32_t split_count, fb_error *err)
{
    (void)batch_id, (void)split_count, (void)err;
    atomic_store_explicit(&((noop_sink *)sink)->row_count, 0, memory_order_relaxed);
    return FB_OK;
}

static fb_status noop_write(fb_sink *sink, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)split, (void)err;
    /* Once per 4,096 rows: no need for a counter of each split. */
    atomic_fetch_add_explicit(&((noop_sink *)sink)->row_count, chunk->row_count,
                              memory_order_relaxed);
    return FB_OK;
}

static fb_status noop_commit(fb_sink *sink, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    (void)batch_id, (void)err;
    *row_count = atomic_load_explicit(&((noop_sink *)sink)->row_count, memory_order_relaxed);
    return FB_OK;
}

static void noop_abort(fb_sink *sink, int64_t batch_id)
{
    (void)sink, (void)batch_id;
}

const fb_sink_ops fb_sink_noop = {
    .abi = FB_SINK_ABI,
    .name = "noop",
    .help = "reads everything, writes nothing: for measurements",
    .modes = 1u << FB_OUTPUT_APPEND | 1u << FB_OUTPUT_UPDATE | 1u << FB_OUTPUT_COMPLETE,
    .open = noop_open,
    .close = noop_close,
    .describe = noop_describe,
    .begin = noop_begin,
    .write = noop_write,
    .commit = noop_commit,
    .abort = noop_abort,
};
