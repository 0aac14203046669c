/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast one core reads the rate sources: 20 million rows in chunks, by the columns asked for. */
#include "files/memory.h"
#include "sources/source.h"

#include "bench.h"

typedef struct reader {
    fb_source *source;
    uint32_t first; /* splits first .. splits - 1 are read */
    uint32_t splits;
    bool columns[2];
    fb_arena arena;
} reader;

static uint64_t read_all(void *user)
{
    reader *self = user;
    uint64_t rows = 0;
    for (uint32_t split = self->first; split < self->splits; split++) {
        uint64_t cursor = 0;
        for (;;) {
            fb_chunk chunk;
            fb_error err;
            fb_arena_reset(&self->arena);
            if (fb_source_read(self->source, split, &cursor, self->columns, &self->arena, &chunk,
                               &err) != FB_OK)
                return 0;
            if (!chunk.row_count) break;
            rows += chunk.row_count;
        }
    }
    return rows;
}

typedef struct workload {
    const char *name;
    const fb_source_ops *ops;
    const char *options[7];
    const char *end; /* of the range from the beginning */
    bool columns[2];
} workload;

static const workload workloads[] = {
    {"rate_value", &fb_source_rate, {"rowsPerSecond", "20000000"}, "1", {false, true}},
    {"rate_timestamp", &fb_source_rate, {"rowsPerSecond", "20000000"}, "1", {true, false}},
    {"rate_both", &fb_source_rate, {"rowsPerSecond", "20000000"}, "1", {true, true}},
    {"rate_both_8_partitions",
     &fb_source_rate,
     {"rowsPerSecond", "20000000", "numPartitions", "8"},
     "1",
     {true, true}},
    {"rate_timestamp_centuries", /* the loop for what the quick one does not take */
     &fb_source_rate,
     {"rowsPerSecond", "1"},
     "20000000000",
     {true, false}},
    {"rate_micro_batch_both",
     &fb_source_rate_micro_batch,
     {"rowsPerBatch", "20000000"},
     "{\"offset\":20000000,\"timestamp\":1000}",
     {true, true}},
};

static fb_status open_source(const workload *work, fb_filesystem *fs, reader *self, fb_error *err)
{
    fb_option_value values[8];
    fb_option_input inputs[4];
    uint32_t count = 0;
    for (; work->options[2 * count]; count++)
        inputs[count] = (fb_option_input){fb_slice_of(work->options[2 * count]),
                                          fb_slice_of(work->options[2 * count + 1])};
    FB_TRY(fb_options_parse(work->ops->options, work->ops->option_count, work->name, inputs, count,
                            values, NULL, err));
    fb_source_config config = {
        .options = values,
        .fs = fs,
        .log_directory = "/sources/0",
        .clock = fb_clock_host(),
    };
    FB_TRY(fb_source_open(work->ops, &config, &self->source, err));
    return fb_source_plan(self->source, (fb_slice){0}, fb_slice_of(work->end), &self->splits, err);
}

int main(void)
{
    fb_error err;
    fb_filesystem *fs;
    if (fb_filesystem_memory_create(&fs, &err) != FB_OK) return 1;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof workloads / sizeof *workloads; i++) {
        const workload *work = &workloads[i];
        reader self = {.columns = {work->columns[0], work->columns[1]}};
        fb_arena_init(&self.arena, 256 * 1024);
        ok = open_source(work, fs, &self, &err) == FB_OK;
        if (!ok) (void)fprintf(stderr, "%s: %s\n", work->name, err.message);
        /* Centuries have more rows than anybody wants to wait for: the last ones. */
        if (ok && self.splits > 160) self.first = self.splits - 160;
        ok = ok && bench_run(work->name, read_all, &self);
        fb_source_close(self.source);
        fb_arena_deinit(&self.arena);
    }
    fb_filesystem_close(fs);
    return ok ? 0 : 1;
}
