/* SPDX-License-Identifier: Apache-2.0 */
#include "record_sink.h"

#include "data/value_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sink {
    fb_sink base;
    record *record;
    const fb_timezone *timezone;
    fb_buf *splits; /* of the batch at hand */
    uint32_t split_count;
} sink;

void record_init(record *r)
{
    *r = (record){.newest = -1, .fail_at_batch = -1};
}

void record_deinit(record *r)
{
    for (int i = 0; i < RECORD_MAX_BATCHES; i++)
        free(r->batches[i].data);
}

static fb_status sink_open(const fb_sink_config *config, fb_sink **out, fb_error *err)
{
    sink *self = calloc(1, sizeof *self);
    if (!self) return fb_fail_nomem(err, "a sink");
    self->base.ops = &record_sink;
    self->record = config->user;
    self->timezone = config->timezone;
    *out = &self->base;
    return FB_OK;
}

static void drop_splits(sink *self)
{
    for (uint32_t i = 0; i < self->split_count; i++)
        fb_buf_deinit(&self->splits[i]);
    free(self->splits);
    self->splits = NULL;
    self->split_count = 0;
}

static void sink_close(fb_sink *base)
{
    drop_splits((sink *)base);
    free(base);
}

static fb_status sink_describe(fb_sink *base, fb_buf *out, fb_error *err)
{
    (void)base;
    (void)err;
    fb_buf_add_text(out, "record");
    return FB_OK;
}

static fb_status sink_begin(fb_sink *base, int64_t batch_id, uint32_t split_count, fb_error *err)
{
    sink *self = (sink *)base;
    if (self->record->on_begin) self->record->on_begin(self->record, batch_id);
    self->splits = calloc(split_count + 1, sizeof *self->splits);
    if (!self->splits) return fb_fail_nomem(err, "a batch");
    self->split_count = split_count;
    for (uint32_t i = 0; i < split_count; i++)
        fb_buf_init(&self->splits[i], 0);
    return FB_OK;
}

static fb_status sink_write(fb_sink *base, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    sink *self = (sink *)base;
    fb_buf *out = &self->splits[split];
    for (uint32_t row = 0; row < chunk->row_count; row++) {
        for (uint32_t i = 0; i < chunk->column_count; i++) {
            if (i) fb_buf_add_char(out, ' ');
            fb_value_text_cast(&chunk->columns[i], row, self->timezone, out);
        }
        fb_buf_add_char(out, '\n');
    }
    return out->failed ? fb_fail_nomem(err, "a batch") : FB_OK;
}

static void complain(record *r, const char *what, int64_t batch_id)
{
    (void)snprintf(r->complaint, sizeof r->complaint, "%s: batch %lld", what, (long long)batch_id);
}

static void keep(record *r, int64_t batch_id, char *text, size_t size)
{
    record_text *place = &r->batches[batch_id];
    if (place->data) {
        r->repeated++;
        if (r->recognises) complain(r, "came again though the sink had it", batch_id);
        if (place->size != size || memcmp(place->data, text, size) != 0)
            complain(r, "came again with other rows", batch_id);
        free(text);
        return;
    }
    if (batch_id != r->newest + 1) complain(r, "came out of order", batch_id);
    *place = (record_text){text, size};
    r->newest = batch_id;
}

static fb_status sink_commit(fb_sink *base, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    sink *self = (sink *)base;
    record *r = self->record;
    if (batch_id < 0 || batch_id >= RECORD_MAX_BATCHES)
        return fb_fail(err, FB_E_LIMIT, 0, "batch %lld", (long long)batch_id);
    if (batch_id == r->fail_at_batch) {
        r->fail_at_batch = -1;
        return fb_fail(err, FB_E_IO, 0, "the sink refuses batch %lld", (long long)batch_id);
    }
    if (r->on_commit) r->on_commit(r, batch_id);
    size_t size = 0;
    for (uint32_t i = 0; i < self->split_count; i++)
        size += self->splits[i].size;
    char *text = malloc(size + 1);
    if (!text) return fb_fail_nomem(err, "a batch");
    size_t used = 0;
    *row_count = 0;
    for (uint32_t i = 0; i < self->split_count; i++) {
        if (self->splits[i].size) memcpy(text + used, self->splits[i].data, self->splits[i].size);
        used += self->splits[i].size;
    }
    text[used] = '\0';
    for (size_t i = 0; i < used; i++)
        *row_count += text[i] == '\n';
    keep(r, batch_id, text, size);
    drop_splits(self);
    return FB_OK;
}

static void sink_abort(fb_sink *base, int64_t batch_id)
{
    (void)batch_id;
    ((sink *)base)->record->aborted++;
    drop_splits((sink *)base);
}

static fb_status sink_last_committed(fb_sink *base, int64_t *batch_id, fb_error *err)
{
    (void)err;
    record *r = ((sink *)base)->record;
    *batch_id = r->recognises ? r->newest : -1;
    return FB_OK;
}

const fb_sink_ops record_sink = {
    .abi = FB_SINK_ABI,
    .name = "record",
    .help = "remembers what it was given",
    .modes = 7,
    .open = sink_open,
    .close = sink_close,
    .describe = sink_describe,
    .begin = sink_begin,
    .write = sink_write,
    .commit = sink_commit,
    .abort = sink_abort,
    .last_committed = sink_last_committed,
};

char *record_all(record *r)
{
    size_t size = 0;
    for (int64_t i = 0; i <= r->newest; i++) {
        if (!r->batches[i].data) complain(r, "is missing", i);
        size += r->batches[i].size;
    }
    if (r->complaint[0]) return NULL;
    char *all = malloc(size + 1);
    if (!all) return NULL;
    size_t used = 0;
    for (int64_t i = 0; i <= r->newest; i++) {
        memcpy(all + used, r->batches[i].data, r->batches[i].size);
        used += r->batches[i].size;
    }
    all[used] = '\0';
    return all;
}
