/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `console`: each batch as Spark's console prints it, or as JSON lines.
 *
 * Tasks turn their rows into text, each in a part of its own; commit puts the parts in order and
 * writes them with one call, so that a batch that fails leaves nothing behind. A table keeps no
 * more rows than it will print: once a split has more than that, the splits after it keep none. */
#include "sinks/sink.h"

#include "base/memory.h"
#include "data/show.h"
#include "formats/json_row.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>

enum { NUM_ROWS, TRUNCATE, FORMAT, OPTION_COUNT };

static const fb_option_spec options[OPTION_COUNT] = {
    [NUM_ROWS] = {"numRows", FB_OPTION_INT, "20", "rows",
                  "rows printed of each batch (format jsonl: all, unless given)", INT32_MIN,
                  INT32_MAX},
    [TRUNCATE] = {"truncate", FB_OPTION_BOOL, "true", "",
                  "cut cells to 20 characters (format table)", 0, 0},
    [FORMAT] = {"format", FB_OPTION_STRING, "table", "",
                "table, or jsonl: a JSON object per row, first member batchId", 0, 0},
};

enum { CELL_LIMIT = 20 };
/* Of all the text of a batch. */
static const size_t max_bytes = (size_t)1 << 30;

/* The rows of one split. */
typedef struct part {
    fb_show table;
    fb_buf lines;
    size_t held_bytes; /* as counted in the sink */
    uint64_t row_count;
} part;

typedef struct console_sink {
    fb_sink base;
    fb_output output;
    const fb_timezone *timezone;
    bool is_jsonl;
    bool has_limit;
    fb_show_format format; /* schema and row limit serve both forms */

    int64_t batch_id; /* of the batch being written */
    part **parts;     /* in the order of splits; NULL: nothing was written */
    uint32_t part_count;
    atomic_uint_fast32_t full_split; /* the first known to hold more rows than are printed */
    atomic_size_t held_bytes;
} console_sink;

static console_sink *console_of(fb_sink *sink)
{
    return (console_sink *)sink;
}

static fb_status console_open(const fb_sink_config *config, fb_sink **out, fb_error *err)
{
    const fb_option_value *values = config->options;
    fb_slice format = values[FORMAT].text;
    bool is_jsonl = fb_slice_equal_nocase(format, FB_SLICE("jsonl"));
    if (!is_jsonl && !fb_slice_equal_nocase(format, FB_SLICE("table")))
        return fb_fail(err, FB_E_INVALID, 0,
                       "option 'format' of sink 'console' is '%.*s', expected table or jsonl",
                       format.size > 80 ? 80 : (int)format.size, format.data);
    if (!config->output.write)
        return fb_fail(err, FB_E_INVALID, 0,
                       "sink 'console' has nowhere to print to: the session has no output");
    console_sink *self = fb_alloc_zero(1, sizeof *self);
    if (!self) return fb_fail_nomem(err, "sink 'console'");
    int64_t row_limit = values[NUM_ROWS].number;
    self->base.ops = &fb_sink_console;
    self->output = config->output;
    self->timezone = config->timezone;
    self->is_jsonl = is_jsonl;
    self->has_limit = !is_jsonl || values[NUM_ROWS].is_given;
    self->format = (fb_show_format){
        .schema = config->schema,
        .timezone = config->timezone,
        .row_limit = row_limit > 0 ? (uint64_t)row_limit : 0,
        .cell_limit = values[TRUNCATE].boolean ? CELL_LIMIT : 0,
        .max_bytes = max_bytes,
    };
    *out = &self->base;
    return FB_OK;
}

static void drop_parts(console_sink *self)
{
    for (uint32_t i = 0; i < self->part_count; i++) {
        if (!self->parts[i]) continue;
        fb_show_deinit(&self->parts[i]->table);
        fb_buf_deinit(&self->parts[i]->lines);
        fb_free(self->parts[i]);
    }
    fb_free(self->parts);
    self->parts = NULL;
    self->part_count = 0;
}

static void console_close(fb_sink *sink)
{
    drop_parts(console_of(sink));
    fb_free(sink);
}

static fb_status console_describe(fb_sink *sink, fb_buf *out, fb_error *err)
{
    (void)sink, (void)err;
    /* Spark appends the hash code of an object here, which means nothing. */
    fb_buf_add_text(out, "org.apache.spark.sql.execution.streaming.ConsoleTable$");
    return FB_OK;
}

static fb_status console_begin(fb_sink *sink, int64_t batch_id, uint32_t split_count, fb_error *err)
{
    console_sink *self = console_of(sink);
    drop_parts(self);
    self->parts = fb_alloc_zero(split_count, sizeof *self->parts);
    if (!self->parts) return fb_fail_nomem(err, "a batch of sink 'console'");
    self->part_count = split_count;
    self->batch_id = batch_id;
    atomic_store_explicit(&self->full_split, UINT32_MAX, memory_order_relaxed);
    atomic_store_explicit(&self->held_bytes, 0, memory_order_relaxed);
    return FB_OK;
}

/* --- rows to text, in the tasks --- */

static part *part_of(console_sink *self, uint32_t split)
{
    FB_ASSERT(split < self->part_count);
    if (self->parts[split]) return self->parts[split];
    part *made = fb_alloc(sizeof *made);
    if (!made) return NULL;
    *made = (part){0};
    fb_show_init(&made->table, &self->format);
    fb_buf_init(&made->lines, max_bytes);
    self->parts[split] = made;
    return made;
}

/* From now on the splits after this one need not keep rows. */
static void mark_full(console_sink *self, uint32_t split)
{
    uint_fast32_t full = atomic_load_explicit(&self->full_split, memory_order_relaxed);
    while (split < full &&
           !atomic_compare_exchange_weak_explicit(&self->full_split, &full, split,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static fb_status add_lines(const console_sink *self, part *to, const fb_chunk *chunk, fb_error *err)
{
    uint64_t count = chunk->row_count;
    if (self->has_limit) {
        uint64_t room =
            to->row_count < self->format.row_limit ? self->format.row_limit - to->row_count : 0;
        if (count > room) count = room;
    }
    fb_json_row_printer printer;
    fb_json_row_printer_init(&printer, self->format.schema, self->timezone);
    for (uint64_t row = 0; row < count && !to->lines.failed; row++) {
        fb_json_writer json = fb_json_writer_make(&to->lines);
        fb_json_begin_object(&json);
        fb_json_key(&json, "batchId");
        fb_json_int(&json, self->batch_id);
        fb_json_row_printer_members(&printer, &json, chunk, (size_t)row);
        fb_json_end_object(&json);
        fb_buf_add_char(&to->lines, '\n');
    }
    if (!to->lines.failed) return FB_OK;
    if (!to->lines.is_full) return fb_fail_nomem(err, "rows of sink 'console'");
    return fb_fail(err, FB_E_LIMIT, 0,
                   "sink 'console': the rows of batch %" PRId64
                   " do not fit in memory (limit %zu bytes)",
                   self->batch_id, max_bytes);
}

/* Adds what `to` has grown by to the sink's count. */
static fb_status count_bytes(console_sink *self, part *to, fb_error *err)
{
    size_t bytes = fb_show_bytes(&to->table) + to->lines.capacity;
    size_t more = bytes - to->held_bytes;
    to->held_bytes = bytes;
    size_t held = atomic_fetch_add_explicit(&self->held_bytes, more, memory_order_relaxed) + more;
    if (held <= max_bytes) return FB_OK;
    return fb_fail(err, FB_E_LIMIT, 0,
                   "sink 'console': the text of batch %" PRId64 " exceeds %zu bytes; print fewer "
                   "rows (numRows)",
                   self->batch_id, max_bytes);
}

static fb_status console_write(fb_sink *sink, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    console_sink *self = console_of(sink);
    part *to = part_of(self, split);
    if (!to) return fb_fail_nomem(err, "rows of sink 'console'");
    bool is_beyond = split > atomic_load_explicit(&self->full_split, memory_order_relaxed);
    if (!is_beyond && self->is_jsonl)
        FB_TRY(add_lines(self, to, chunk, err));
    else if (!is_beyond)
        FB_TRY(fb_show_add(&to->table, chunk, err));
    to->row_count += chunk->row_count;
    if (self->has_limit && to->row_count > self->format.row_limit) mark_full(self, split);
    return count_bytes(self, to, err);
}

/* --- printing, in the query's thread --- */

static void print_table(const console_sink *self, const fb_show *const *tables, fb_buf *out)
{
    static const char rule[] = "-------------------------------------------\n";
    fb_buf_printf(out, "%sBatch: %" PRId64 "\n%s", rule, self->batch_id, rule);
    fb_show_print(&self->format, tables, self->part_count, out);
    fb_buf_add_char(out, '\n');
}

/* The length of the first `*left` lines. */
static size_t take_lines(fb_slice text, uint64_t *left)
{
    size_t taken = 0;
    while (*left && taken < text.size) {
        const char *end = memchr(text.data + taken, '\n', text.size - taken);
        taken = (size_t)(end - text.data) + 1;
        --*left;
    }
    return taken;
}

static void print_lines(const console_sink *self, fb_buf *out)
{
    uint64_t left = self->has_limit ? self->format.row_limit : UINT64_MAX;
    for (uint32_t i = 0; i < self->part_count; i++) {
        if (!self->parts[i]) continue;
        fb_slice lines = fb_buf_slice(&self->parts[i]->lines);
        if (self->has_limit) lines.size = take_lines(lines, &left);
        fb_buf_add_slice(out, lines);
    }
}

static fb_status print_batch(const console_sink *self, fb_buf *out, fb_error *err)
{
    if (self->is_jsonl) {
        print_lines(self, out);
    } else {
        const fb_show **tables = fb_alloc_zero(self->part_count, sizeof *tables);
        if (!tables) return fb_fail_nomem(err, "a batch of sink 'console'");
        for (uint32_t i = 0; i < self->part_count; i++)
            tables[i] = self->parts[i] ? &self->parts[i]->table : NULL;
        print_table(self, tables, out);
        fb_free(tables);
    }
    return out->failed ? fb_fail_nomem(err, "the text of a batch of sink 'console'") : FB_OK;
}

static fb_status write_out(const console_sink *self, fb_slice text, fb_error *err)
{
    if (!text.size) return FB_OK;
    errno = 0;
    if (self->output.write(self->output.user, text.data, text.size)) return FB_OK;
    return fb_fail(err, FB_E_IO, errno, "sink 'console': batch %" PRId64 " could not be printed",
                   self->batch_id);
}

static fb_status console_commit(fb_sink *sink, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    console_sink *self = console_of(sink);
    FB_ASSERT(self->parts && self->batch_id == batch_id);
    fb_buf text;
    fb_buf_init(&text, 2 * max_bytes);
    fb_status status = print_batch(self, &text, err);
    if (status == FB_OK) status = write_out(self, fb_buf_slice(&text), err);
    fb_buf_deinit(&text);
    if (status != FB_OK) return status;
    *row_count = 0;
    for (uint32_t i = 0; i < self->part_count; i++)
        if (self->parts[i]) *row_count += (int64_t)self->parts[i]->row_count;
    drop_parts(self);
    return FB_OK;
}

static void console_abort(fb_sink *sink, int64_t batch_id)
{
    (void)batch_id;
    drop_parts(console_of(sink));
}

const fb_sink_ops fb_sink_console = {
    .abi = FB_SINK_ABI,
    .name = "console",
    .help = "prints every batch: for people, or as JSON lines for pipes",
    .options = options,
    .option_count = OPTION_COUNT,
    .modes = 1u << FB_OUTPUT_APPEND | 1u << FB_OUTPUT_UPDATE | 1u << FB_OUTPUT_COMPLETE,
    .open = console_open,
    .close = console_close,
    .describe = console_describe,
    .begin = console_begin,
    .write = console_write,
    .commit = console_commit,
    .abort = console_abort,
};
