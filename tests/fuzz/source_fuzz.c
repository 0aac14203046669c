/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources read from a checkpoint: any bytes give rows or a named error. The first byte
 * picks one: r and m a range of rate and rate-micro-batch ("<start>\n<end>"; no start: from the
 * beginning), l the log of rate. Of a range that is accepted, both ends are read, and the batch
 * after it is planned. */
#include "base/assert.h"
#include "files/memory.h"
#include "sources/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_failure(const fb_error *err)
{
    FB_ASSERT(err->status == FB_E_CORRUPT && err->message[0]);
}

static void read_some(fb_source *source, uint32_t split, fb_arena *arena)
{
    static const bool columns[] = {true, true};
    fb_error err;
    fb_chunk chunk;
    uint64_t cursor = 0;
    FB_ASSERT(fb_source_read(source, split, &cursor, columns, arena, &chunk, &err) == FB_OK);
    FB_ASSERT(chunk.row_count > 0);
    fb_arena_reset(arena);
}

static void try_range(fb_source *source, fb_slice start, fb_slice end, fb_arena *arena)
{
    fb_error err = {0};
    uint32_t splits;
    if (fb_source_plan(source, start, end, &splits, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    if (splits) read_some(source, 0, arena);
    if (splits) read_some(source, splits - 1, arena);
    fb_buf latest;
    fb_buf_init(&latest, 0);
    bool has_offset;
    FB_ASSERT(fb_source_latest_offset(source, end, FB_READ_DEFAULT, &latest, &has_offset, &err) ==
              FB_OK);
    FB_ASSERT(has_offset);
    if (fb_source_plan(source, end, fb_buf_slice(&latest), &splits, &err) != FB_OK)
        check_failure(&err);
    fb_buf_deinit(&latest);
}

static fb_slice take_line(fb_slice *rest)
{
    const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    if (!end) return (fb_slice){0};
    fb_slice line = {rest->data, (size_t)(end - rest->data)};
    *rest = (fb_slice){end + 1, rest->size - line.size - 1};
    return line.size ? line : (fb_slice){0};
}

static void try_source(const fb_source_ops *ops, const fb_option_input *option, fb_filesystem *fs,
                       fb_slice input)
{
    fb_error err = {0};
    fb_option_value values[8];
    FB_ASSERT(ops->option_count <= 8);
    FB_ASSERT(fb_options_parse(ops->options, ops->option_count, ops->name, option, 1, values, NULL,
                               &err) == FB_OK);
    fb_clock_manual clock;
    fb_clock_manual_init(&clock, INT64_C(1704067200123456));
    fb_source_config config = {
        .options = values, .fs = fs, .log_directory = "/sources/0", .clock = &clock.base};
    fb_source *source;
    if (fb_source_open(ops, &config, &source, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_slice start = take_line(&input);
    try_range(source, start, input, &arena);
    fb_arena_deinit(&arena);
    fb_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fb_option_input rate = {FB_SLICE("rowsPerSecond"), FB_SLICE("90000")};
    const fb_option_input micro_batch = {FB_SLICE("rowsPerBatch"), FB_SLICE("1000")};
    if (!size) return 0;
    fb_slice input = fb_slice_make(data + 1, size - 1);
    fb_error err;
    fb_filesystem *fs;
    if (fb_filesystem_memory_create(&fs, &err) != FB_OK) return 0;
    if (data[0] == 'l') {
        FB_ASSERT(fb_filesystem_create(fs, "/sources/0/0", input, &err) == FB_OK);
        try_source(&fb_source_rate, &rate, fs, FB_SLICE("3\n5"));
    } else if (data[0] == 'r') {
        try_source(&fb_source_rate, &rate, fs, input);
    } else {
        try_source(&fb_source_rate_micro_batch, &micro_batch, fs, input);
    }
    fb_filesystem_close(fs);
    return 0;
}
