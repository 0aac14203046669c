/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `memory`: each task copies its rows into a part of its own, commit hangs the parts into the
 * table. */
#include "sinks/memory.h"

#include "base/memory.h"
#include "sinks/sink.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

/* A copied chunk. */
typedef struct piece {
    struct piece *next;
    fb_chunk chunk;
} piece;

/* The rows of one split. */
typedef struct part {
    fb_arena arena;
    piece *first;
    piece **end;
    uint64_t row_count;
} part;

typedef struct batch {
    struct batch *next;
    int64_t batch_id;
    fb_arena arena; /* the schema */
    const fb_type *schema;
    part **parts; /* in the order of splits; NULL: no rows */
    uint32_t part_count;
    uint64_t row_count;
} batch;

struct fb_memory_table {
    size_t max_bytes;
    atomic_size_t held_bytes; /* of committed batches and the one being written */
    pthread_mutex_t lock;     /* guards the batches; taken alone */
    batch *first;
    batch **end;
    uint64_t batch_count;
    int64_t newest;
};

typedef struct memory_sink {
    fb_sink base;
    fb_memory_table *table;
    const fb_type *schema;
    fb_output_mode mode;
    batch *open; /* the batch being written */
} memory_sink;

static void destroy_batch(fb_memory_table *table, batch *old)
{
    if (!old) return;
    for (uint32_t i = 0; i < old->part_count; i++) {
        part *gone = old->parts[i];
        if (!gone) continue;
        atomic_fetch_sub(&table->held_bytes, gone->arena.total_bytes);
        fb_arena_deinit(&gone->arena);
        fb_free(gone);
    }
    fb_free(old->parts);
    fb_arena_deinit(&old->arena);
    fb_free(old);
}

/* --- the table --- */

fb_status fb_memory_table_create(size_t max_bytes, fb_memory_table **out, fb_error *err)
{
    *out = NULL;
    fb_memory_table *table = fb_alloc_zero(1, sizeof *table);
    if (!table || pthread_mutex_init(&table->lock, NULL) != 0) {
        fb_free(table);
        return fb_fail_nomem(err, "a memory table");
    }
    table->max_bytes = max_bytes ? max_bytes : (size_t)1 << 30;
    table->end = &table->first;
    table->newest = -1;
    *out = table;
    return FB_OK;
}

/* Under the lock, or when nobody else is left. */
static void clear(fb_memory_table *table)
{
    while (table->first) {
        batch *next = table->first->next;
        destroy_batch(table, table->first);
        table->first = next;
    }
    table->end = &table->first;
    table->batch_count = 0;
}

void fb_memory_table_destroy(fb_memory_table *table)
{
    if (!table) return;
    clear(table);
    pthread_mutex_destroy(&table->lock);
    fb_free(table);
}

uint64_t fb_memory_table_batch_count(fb_memory_table *table)
{
    pthread_mutex_lock(&table->lock);
    uint64_t count = table->batch_count;
    pthread_mutex_unlock(&table->lock);
    return count;
}

int64_t fb_memory_table_newest(fb_memory_table *table)
{
    pthread_mutex_lock(&table->lock);
    int64_t newest = table->newest;
    pthread_mutex_unlock(&table->lock);
    return newest;
}

uint64_t fb_memory_table_row_count(fb_memory_table *table)
{
    uint64_t count = 0;
    pthread_mutex_lock(&table->lock);
    for (const batch *each = table->first; each; each = each->next)
        count += each->row_count;
    pthread_mutex_unlock(&table->lock);
    return count;
}

static bool copy_batch(const batch *from, fb_arena *arena, fb_memory_batch *out)
{
    size_t count = 0;
    for (uint32_t i = 0; i < from->part_count; i++)
        for (const piece *each = from->parts[i] ? from->parts[i]->first : NULL; each;
             each = each->next)
            count++;
    *out = (fb_memory_batch){
        .batch_id = from->batch_id,
        .schema = fb_type_copy(arena, from->schema),
        .chunks = fb_arena_array(arena, count, sizeof *out->chunks),
        .row_count = from->row_count,
    };
    if (!out->schema || !out->chunks) return false;
    for (uint32_t i = 0; i < from->part_count; i++)
        for (const piece *each = from->parts[i] ? from->parts[i]->first : NULL; each;
             each = each->next)
            if (!fb_chunk_copy(&out->chunks[out->chunk_count++], arena, &each->chunk)) return false;
    return true;
}

fb_status fb_memory_table_read(fb_memory_table *table, uint64_t index, fb_arena *arena,
                               fb_memory_batch *out, fb_error *err)
{
    *out = (fb_memory_batch){.batch_id = -1};
    fb_status status = FB_OK;
    pthread_mutex_lock(&table->lock);
    const batch *found = table->first;
    for (uint64_t i = 0; found && i < index; i++)
        found = found->next;
    if (!found)
        status =
            fb_fail(err, FB_E_NOT_FOUND, 0, "memory table: batch number %" PRIu64 " of %" PRIu64,
                    index, table->batch_count);
    else if (!copy_batch(found, arena, out))
        status = fb_fail_nomem(err, "a batch of a memory table");
    pthread_mutex_unlock(&table->lock);
    if (status != FB_OK) *out = (fb_memory_batch){.batch_id = -1};
    return status;
}

/* --- the sink --- */

static memory_sink *memory_of(fb_sink *sink)
{
    return (memory_sink *)sink;
}

static fb_status memory_open(const fb_sink_config *config, fb_sink **out, fb_error *err)
{
    if (!config->user)
        return fb_fail(err, FB_E_INVALID, 0,
                       "sink 'memory' fills a table of this process and can only be used through "
                       "the C API");
    memory_sink *self = fb_alloc(sizeof *self);
    if (!self) return fb_fail_nomem(err, "sink 'memory'");
    *self = (memory_sink){
        .base.ops = &fb_sink_memory,
        .table = config->user,
        .schema = config->schema,
        .mode = config->mode,
    };
    *out = &self->base;
    return FB_OK;
}

static void memory_close(fb_sink *sink)
{
    memory_sink *self = memory_of(sink);
    destroy_batch(self->table, self->open);
    fb_free(self);
}

static fb_status memory_describe(fb_sink *sink, fb_buf *out, fb_error *err)
{
    (void)sink, (void)err;
    fb_buf_add_text(out, "MemorySink");
    return FB_OK;
}

static fb_status memory_begin(fb_sink *sink, int64_t batch_id, uint32_t split_count, fb_error *err)
{
    memory_sink *self = memory_of(sink);
    destroy_batch(self->table, self->open);
    self->open = NULL;
    batch *made = fb_alloc_zero(1, sizeof *made);
    if (!made) return fb_fail_nomem(err, "a batch of sink 'memory'");
    fb_arena_init(&made->arena, 1024);
    made->batch_id = batch_id;
    made->schema = fb_type_copy(&made->arena, self->schema);
    made->parts = fb_alloc_zero(split_count, sizeof(part *));
    if (!made->schema || !made->parts) {
        destroy_batch(self->table, made);
        return fb_fail_nomem(err, "a batch of sink 'memory'");
    }
    made->part_count = split_count;
    self->open = made;
    return FB_OK;
}

static part *part_of(batch *open, uint32_t split)
{
    FB_ASSERT(open && split < open->part_count);
    if (open->parts[split]) return open->parts[split];
    part *made = fb_alloc(sizeof *made);
    if (!made) return NULL;
    *made = (part){0};
    fb_arena_init(&made->arena, 16 * 1024);
    made->end = &made->first;
    open->parts[split] = made;
    return made;
}

static fb_status memory_write(fb_sink *sink, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    memory_sink *self = memory_of(sink);
    fb_memory_table *table = self->table;
    part *to = part_of(self->open, split);
    if (!to) return fb_fail_nomem(err, "rows of sink 'memory'");
    size_t before = to->arena.total_bytes;
    piece *added = fb_arena_alloc(&to->arena, sizeof *added);
    bool ok = added && fb_chunk_copy(&added->chunk, &to->arena, chunk);
    size_t more = to->arena.total_bytes - before;
    size_t held = atomic_fetch_add(&table->held_bytes, more) + more;
    if (!ok) return fb_fail_nomem(err, "rows of sink 'memory'");
    added->next = NULL;
    *to->end = added;
    to->end = &added->next;
    to->row_count += chunk->row_count;
    if (held <= table->max_bytes) return FB_OK;
    return fb_fail(err, FB_E_LIMIT, 0,
                   "sink 'memory': the table would hold %zu bytes, its limit is %zu", held,
                   table->max_bytes);
}

static fb_status memory_commit(fb_sink *sink, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    (void)err;
    memory_sink *self = memory_of(sink);
    fb_memory_table *table = self->table;
    batch *done = self->open;
    FB_ASSERT(done && done->batch_id == batch_id);
    self->open = NULL;
    for (uint32_t i = 0; i < done->part_count; i++)
        if (done->parts[i]) done->row_count += done->parts[i]->row_count;
    *row_count = (int64_t)done->row_count;
    pthread_mutex_lock(&table->lock);
    if (batch_id > table->newest) {
        if (self->mode == FB_OUTPUT_COMPLETE) clear(table);
        *table->end = done;
        table->end = &done->next;
        table->batch_count++;
        table->newest = batch_id;
        done = NULL;
    }
    pthread_mutex_unlock(&table->lock);
    destroy_batch(table, done);
    return FB_OK;
}

static void memory_abort(fb_sink *sink, int64_t batch_id)
{
    (void)batch_id;
    memory_sink *self = memory_of(sink);
    destroy_batch(self->table, self->open);
    self->open = NULL;
}

static fb_status memory_last_committed(fb_sink *sink, int64_t *batch_id, fb_error *err)
{
    (void)err;
    *batch_id = fb_memory_table_newest(memory_of(sink)->table);
    return FB_OK;
}

const fb_sink_ops fb_sink_memory = {
    .abi = FB_SINK_ABI,
    .name = "memory",
    .help = "a table that the program reads (C API, tests)",
    .modes = 1u << FB_OUTPUT_APPEND | 1u << FB_OUTPUT_UPDATE | 1u << FB_OUTPUT_COMPLETE,
    .open = memory_open,
    .close = memory_close,
    .describe = memory_describe,
    .begin = memory_begin,
    .write = memory_write,
    .commit = memory_commit,
    .abort = memory_abort,
    .last_committed = memory_last_committed,
};
