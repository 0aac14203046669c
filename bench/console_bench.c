/* SPDX-License-Identifier: Apache-2.0
 *
 * What the console sink costs: a table of 20 rows out of a large batch, where all other rows are
 * only counted; all rows of a batch as JSON lines; and batches of 20 rows, one after the other. */
#include "sinks/sink.h"

#include "bench.h"

enum { CHUNKS = 256 };

typedef struct writer {
    fb_sink *sink;
    fb_chunk chunk;
    uint32_t chunks; /* per batch */
    int64_t batches;
} writer;

static bool count_bytes(void *user, const char *text, size_t size_bytes)
{
    (void)text;
    *(uint64_t *)user += size_bytes;
    return true;
}

static uint64_t write_batches(void *user)
{
    writer *self = user;
    fb_error err;
    for (int64_t id = 0; id < self->batches; id++) {
        int64_t rows;
        if (fb_sink_begin(self->sink, id, self->chunks, &err) != FB_OK) return 0;
        for (uint32_t i = 0; i < self->chunks; i++)
            if (fb_sink_write(self->sink, i, &self->chunk, &err) != FB_OK) return 0;
        if (fb_sink_commit(self->sink, id, &rows, &err) != FB_OK) return 0;
    }
    return (uint64_t)self->batches * self->chunks * self->chunk.row_count;
}

/* (timestamp TIMESTAMP, value BIGINT), as of the rate source. */
static bool make_rows(fb_arena *arena, const fb_type *schema, fb_chunk *out)
{
    if (!fb_chunk_init(out, arena, schema, FB_CHUNK_ROWS)) return false;
    for (uint32_t i = 0; i < FB_CHUNK_ROWS; i++) {
        out->columns[0].int64s[i] = INT64_C(1704067200000000) + i * INT64_C(1000);
        out->columns[1].int64s[i] = INT64_C(1000000) + i;
    }
    return true;
}

static bool run(const char *name, const char *format, const fb_type *schema, writer *self)
{
    fb_error err;
    fb_option_value values[8];
    fb_option_input input = {FB_SLICE("format"), fb_slice_of(format)};
    if (fb_options_parse(fb_sink_console.options, fb_sink_console.option_count, name, &input, 1,
                         values, NULL, &err) != FB_OK)
        return false;
    uint64_t bytes = 0;
    fb_sink_config config = {
        .options = values,
        .schema = schema,
        .timezone = fb_timezone_utc(),
        .output = {.write = count_bytes, .user = &bytes},
    };
    if (fb_sink_open(&fb_sink_console, &config, &self->sink, &err) != FB_OK) return false;
    bool ok = bench_run(name, write_batches, self);
    fb_sink_close(self->sink);
    return ok;
}

int main(void)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_field fields[] = {
        {.name = FB_SLICE("timestamp"), .type = fb_type_of(FB_TYPE_TIMESTAMP)},
        {.name = FB_SLICE("value"), .type = fb_type_of(FB_TYPE_BIGINT)},
    };
    const fb_type *schema = fb_type_struct(&arena, fields, 2);
    writer self = {.chunks = CHUNKS, .batches = 1};
    bool ok = schema && make_rows(&arena, schema, &self.chunk) &&
              run("console_table_of_a_large_batch", "table", schema, &self) &&
              run("console_jsonl", "jsonl", schema, &self);
    self.chunk.row_count = 20;
    self.chunks = 1;
    self.batches = 1000;
    ok = ok && run("console_table_of_20_rows", "table", schema, &self);
    fb_arena_deinit(&arena);
    return ok ? 0 : 1;
}
