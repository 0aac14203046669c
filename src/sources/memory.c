/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `memory` over an fb_memory_queue: a batch (start, end] is the blocks start + 1 .. end, a
 * split each. */
#include "sources/memory.h"

#include "base/memory.h"
#include "base/parse.h"
#include "sources/source.h"

#include <inttypes.h>
#include <pthread.h>

/* Immutable once it is in the queue. */
typedef struct block {
    fb_arena arena;
    fb_chunk *chunks; /* of at most FB_CHUNK_ROWS rows, none empty */
    uint32_t chunk_count;
} block;

typedef struct memory_source {
    fb_source base;
    fb_memory_queue *queue;
    struct memory_source *next; /* among the queue's readers */
    void (*wake)(void *user);
    void *wake_user;
    int64_t committed; /* guarded by the queue's lock */
    bool is_frozen;    /* AvailableNow: `newest` bounds what is handed out */
    int64_t newest;
    /* The planned blocks; borrowed from the queue, which keeps what is not committed. */
    block **planned;
    uint32_t planned_count;
} memory_source;

struct fb_memory_queue {
    fb_arena arena; /* the schema */
    const fb_type *schema;
    size_t max_bytes;

    pthread_mutex_t lock; /* guards what follows; nothing else is locked while it is held but what
                             a reader's `wake` takes */
    memory_source *readers;
    block **blocks; /* those of the numbers first .. first + count - 1 */
    size_t count;
    size_t capacity;
    int64_t first;
    size_t held_bytes;
};

/* --- the queue --- */

static void destroy_block(block *old)
{
    fb_arena_deinit(&old->arena);
    fb_free(old);
}

fb_status fb_memory_queue_create(const fb_type *schema, size_t max_bytes, fb_memory_queue **out,
                                 fb_error *err)
{
    FB_ASSERT(schema->id == FB_TYPE_STRUCT);
    *out = NULL;
    fb_memory_queue *queue = fb_alloc(sizeof *queue);
    if (!queue) return fb_fail_nomem(err, "a memory queue");
    *queue = (fb_memory_queue){.max_bytes = max_bytes ? max_bytes : (size_t)1 << 30};
    fb_arena_init(&queue->arena, 1024);
    queue->schema = fb_type_copy(&queue->arena, schema);
    bool ok = queue->schema && pthread_mutex_init(&queue->lock, NULL) == 0;
    if (!ok) {
        fb_arena_deinit(&queue->arena);
        fb_free(queue);
        return fb_fail_nomem(err, "a memory queue");
    }
    *out = queue;
    return FB_OK;
}

void fb_memory_queue_destroy(fb_memory_queue *queue)
{
    if (!queue) return;
    FB_ASSERT(!queue->readers);
    for (size_t i = 0; i < queue->count; i++)
        destroy_block(queue->blocks[i]);
    fb_free(queue->blocks);
    pthread_mutex_destroy(&queue->lock);
    fb_arena_deinit(&queue->arena);
    fb_free(queue);
}

const fb_type *fb_memory_queue_schema(const fb_memory_queue *queue)
{
    return queue->schema;
}

static fb_status check_columns(const fb_memory_queue *queue, const fb_chunk *chunk, fb_error *err)
{
    const fb_type *schema = queue->schema;
    if (chunk->column_count != schema->field_count)
        return fb_fail(err, FB_E_INVALID, 0,
                       "memory queue: a chunk has %" PRIu32 " columns, expected %" PRIu32,
                       chunk->column_count, schema->field_count);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const fb_field *field = &schema->fields[i];
        if (fb_type_equal(chunk->columns[i].type, field->type)) continue;
        fb_arena arena;
        fb_arena_init(&arena, 512);
        fb_status status = fb_fail(
            err, FB_E_INVALID, 0, "memory queue: column '%.*s' of a chunk is %s, expected %s",
            FB_SLICE_ARGS(field->name), fb_type_sql(chunk->columns[i].type, &arena),
            fb_type_sql(field->type, &arena));
        fb_arena_deinit(&arena);
        return status;
    }
    return FB_OK;
}

/* Appends a deep copy of `chunk`, cut into chunks of FB_CHUNK_ROWS rows. */
static bool copy_chunk(block *to, const fb_chunk *chunk)
{
    if (chunk->row_count <= FB_CHUNK_ROWS)
        return fb_chunk_copy(&to->chunks[to->chunk_count++], &to->arena, chunk);
    fb_arena scratch;
    fb_arena_init(&scratch, 0);
    bool ok = true;
    for (uint32_t start = 0; ok && start < chunk->row_count; start += FB_CHUNK_ROWS) {
        uint32_t left = chunk->row_count - start;
        uint32_t count = left < FB_CHUNK_ROWS ? left : FB_CHUNK_ROWS;
        uint32_t *rows = fb_arena_array(&scratch, count, sizeof *rows);
        for (uint32_t i = 0; rows && i < count; i++)
            rows[i] = start + i;
        fb_chunk piece;
        ok = rows && fb_chunk_gather(&piece, &scratch, chunk, rows, count) &&
             fb_chunk_copy(&to->chunks[to->chunk_count++], &to->arena, &piece);
        fb_arena_reset(&scratch);
    }
    fb_arena_deinit(&scratch);
    return ok;
}

static block *make_block(const fb_chunk *chunks, uint32_t chunk_count)
{
    size_t pieces = 0;
    for (uint32_t i = 0; i < chunk_count; i++)
        pieces += ((size_t)chunks[i].row_count + FB_CHUNK_ROWS - 1) / FB_CHUNK_ROWS;
    block *made = fb_alloc(sizeof *made);
    if (!made) return NULL;
    *made = (block){0};
    fb_arena_init(&made->arena, 4096);
    made->chunks = fb_arena_array(&made->arena, pieces, sizeof *made->chunks);
    bool ok = made->chunks && pieces <= UINT32_MAX;
    for (uint32_t i = 0; ok && i < chunk_count; i++)
        if (chunks[i].row_count) ok = copy_chunk(made, &chunks[i]);
    if (ok) return made;
    destroy_block(made);
    return NULL;
}

/* Under the lock. */
static fb_status add_block(fb_memory_queue *queue, block *added, fb_error *err)
{
    if (added->arena.total_bytes > queue->max_bytes - queue->held_bytes)
        return fb_fail(err, FB_E_LIMIT, 0,
                       "memory queue: %zu bytes more than the %zu that it holds exceed its limit "
                       "of %zu",
                       added->arena.total_bytes, queue->held_bytes, queue->max_bytes);
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity ? queue->capacity * 2 : 16;
        block **blocks = fb_realloc(queue->blocks, capacity * sizeof *blocks);
        if (!blocks) return fb_fail_nomem(err, "a memory queue");
        queue->blocks = blocks;
        queue->capacity = capacity;
    }
    queue->blocks[queue->count++] = added;
    queue->held_bytes += added->arena.total_bytes;
    for (memory_source *reader = queue->readers; reader; reader = reader->next)
        if (reader->wake) reader->wake(reader->wake_user);
    return FB_OK;
}

fb_status fb_memory_queue_push(fb_memory_queue *queue, const fb_chunk *chunks, uint32_t chunk_count,
                               int64_t *offset, fb_error *err)
{
    if (offset) *offset = -1;
    for (uint32_t i = 0; i < chunk_count; i++)
        FB_TRY(check_columns(queue, &chunks[i], err));
    block *added = make_block(chunks, chunk_count);
    if (!added) return fb_fail_nomem(err, "a block of a memory queue");
    pthread_mutex_lock(&queue->lock);
    fb_status status = add_block(queue, added, err);
    if (status == FB_OK && offset) *offset = queue->first + (int64_t)queue->count - 1;
    pthread_mutex_unlock(&queue->lock);
    if (status != FB_OK) destroy_block(added);
    return status;
}

int64_t fb_memory_queue_newest(fb_memory_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    int64_t newest = queue->first + (int64_t)queue->count - 1;
    pthread_mutex_unlock(&queue->lock);
    return newest;
}

size_t fb_memory_queue_bytes(fb_memory_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    size_t bytes = queue->held_bytes;
    pthread_mutex_unlock(&queue->lock);
    return bytes;
}

/* Under the lock: drops the blocks that every reader has committed. */
static void drop_committed(fb_memory_queue *queue)
{
    int64_t committed = INT64_MAX;
    for (const memory_source *reader = queue->readers; reader; reader = reader->next)
        if (reader->committed < committed) committed = reader->committed;
    size_t dropped = 0;
    while (dropped < queue->count && queue->first + (int64_t)dropped <= committed) {
        queue->held_bytes -= queue->blocks[dropped]->arena.total_bytes;
        destroy_block(queue->blocks[dropped++]);
    }
    queue->count -= dropped;
    queue->first += (int64_t)dropped;
    if (dropped) memmove(queue->blocks, queue->blocks + dropped, queue->count * sizeof(block *));
}

/* --- the source --- */

static memory_source *memory_of(fb_source *source)
{
    return (memory_source *)source;
}

static fb_status memory_schema(const fb_source_config *config, fb_arena *arena, const fb_type **out,
                               fb_error *err)
{
    *out = NULL;
    if (!config->user)
        return fb_fail(err, FB_E_INVALID, 0,
                       "source 'memory' reads a queue of this process and can only be used through "
                       "the C API");
    *out = fb_type_copy(arena, fb_memory_queue_schema(config->user));
    return *out ? FB_OK : fb_fail_nomem(err, "a schema");
}

static fb_status memory_open(const fb_source_config *config, fb_source **out, fb_error *err)
{
    FB_ASSERT(config->user);
    memory_source *self = fb_alloc(sizeof *self);
    if (!self) return fb_fail_nomem(err, "source 'memory'");
    fb_memory_queue *queue = config->user;
    *self = (memory_source){
        .base.ops = &fb_source_memory,
        .queue = queue,
        .wake = config->wake,
        .wake_user = config->wake_user,
        .committed = -1,
    };
    pthread_mutex_lock(&queue->lock);
    self->next = queue->readers;
    queue->readers = self;
    pthread_mutex_unlock(&queue->lock);
    *out = &self->base;
    return FB_OK;
}

static void memory_close(fb_source *source)
{
    memory_source *self = memory_of(source);
    pthread_mutex_lock(&self->queue->lock);
    memory_source **link = &self->queue->readers;
    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    pthread_mutex_unlock(&self->queue->lock);
    fb_free(self->planned);
    fb_free(self);
}

static fb_status memory_describe(fb_source *source, fb_buf *out, fb_error *err)
{
    (void)err;
    const fb_type *schema = memory_of(source)->queue->schema;
    fb_buf_add_text(out, "MemoryStream[");
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (i) fb_buf_add_char(out, ',');
        fb_buf_add_slice(out, schema->fields[i].name);
    }
    fb_buf_add_char(out, ']');
    return FB_OK;
}

static fb_status parse_offset(fb_slice text, int64_t *number, fb_error *err)
{
    *number = -1;
    if (!text.data || (fb_parse_int64(text, number) && *number >= -1)) return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0,
                   "source 'memory': offset '%.*s': expected the number of a block, -1 or more",
                   text.size > 80 ? 80 : (int)text.size, text.data);
}

static fb_status memory_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                       fb_error *err)
{
    (void)source, (void)err;
    *has_offset = true;
    fb_buf_add_text(out, "-1");
    return FB_OK;
}

static fb_status memory_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                      fb_buf *out, bool *has_offset, fb_error *err)
{
    (void)limit;
    memory_source *self = memory_of(source);
    int64_t from;
    FB_TRY(parse_offset(start, &from, err));
    int64_t newest = self->is_frozen ? self->newest : fb_memory_queue_newest(self->queue);
    /* Re-reading a range of before never goes back. */
    if (newest < from) newest = from;
    *has_offset = newest >= 0;
    if (*has_offset) fb_buf_add_int(out, newest);
    return FB_OK;
}

/* Under the lock: notes the blocks from + 1 .. to. */
static fb_status take_blocks(memory_source *self, int64_t from, int64_t to, fb_error *err)
{
    fb_memory_queue *queue = self->queue;
    int64_t newest = queue->first + (int64_t)queue->count - 1;
    if (to > newest || from + 1 < queue->first)
        return fb_fail(err, FB_E_NOT_FOUND, 0,
                       "source 'memory': the blocks %" PRId64 " to %" PRId64
                       " are asked for, but the queue holds %" PRId64 " to %" PRId64
                       "; its data do not outlive the process or their commit",
                       from + 1, to, queue->first, newest);
    uint64_t count = (uint64_t)(to - from);
    if (count > UINT32_MAX)
        return fb_fail(err, FB_E_LIMIT, 0, "source 'memory': %" PRIu64 " blocks in one batch",
                       count);
    block **planned = fb_realloc(self->planned, count * sizeof *planned);
    if (!planned) return fb_fail_nomem(err, "a batch of source 'memory'");
    self->planned = planned;
    self->planned_count = (uint32_t)count;
    memcpy(planned, queue->blocks + (from + 1 - queue->first), count * sizeof *planned);
    return FB_OK;
}

static fb_status memory_plan(fb_source *source, fb_slice start, fb_slice end, uint32_t *split_count,
                             fb_error *err)
{
    memory_source *self = memory_of(source);
    int64_t from, to;
    FB_TRY(parse_offset(start, &from, err));
    FB_TRY(parse_offset(end, &to, err));
    if (from > to)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source 'memory': the start offset %" PRId64 " is after the end offset "
                       "%" PRId64,
                       from, to);
    self->planned_count = 0;
    if (from == to) return FB_OK;
    pthread_mutex_lock(&self->queue->lock);
    fb_status status = take_blocks(self, from, to, err);
    pthread_mutex_unlock(&self->queue->lock);
    *split_count = self->planned_count;
    return status;
}

static fb_status memory_read(fb_source *source, uint32_t split, uint64_t *cursor,
                             const bool *columns, fb_arena *arena, fb_chunk *out, fb_error *err)
{
    (void)columns, (void)err, (void)arena;
    const memory_source *self = memory_of(source);
    FB_ASSERT(split < self->planned_count);
    const block *from = self->planned[split];
    if (*cursor < from->chunk_count) *out = from->chunks[(*cursor)++];
    return FB_OK;
}

static fb_status memory_commit(fb_source *source, fb_slice end, fb_error *err)
{
    memory_source *self = memory_of(source);
    int64_t to;
    FB_TRY(parse_offset(end, &to, err));
    fb_memory_queue *queue = self->queue;
    pthread_mutex_lock(&queue->lock);
    int64_t committed = self->committed;
    if (to >= committed) {
        self->committed = to;
        drop_committed(queue);
    }
    pthread_mutex_unlock(&queue->lock);
    if (to >= committed) return FB_OK;
    return fb_fail(err, FB_E_INVALID, 0,
                   "source 'memory': Offsets committed out of order: %" PRId64
                   " followed by %" PRId64,
                   committed, to);
}

static fb_status memory_prepare_available_now(fb_source *source, fb_error *err)
{
    (void)err;
    memory_source *self = memory_of(source);
    self->newest = fb_memory_queue_newest(self->queue);
    self->is_frozen = true;
    return FB_OK;
}

static int64_t memory_next_poll_us(fb_source *source, int64_t now_us)
{
    enum { POLLING_DELAY_US = 10000 }; /* who gave no way to be woken asks */
    return memory_of(source)->wake ? INT64_MAX : now_us + POLLING_DELAY_US;
}

const fb_source_ops fb_source_memory = {
    .abi = FB_SOURCE_ABI,
    .name = "memory",
    .help = "rows that the program pushes (C API, tests)",
    .schema = memory_schema,
    .open = memory_open,
    .close = memory_close,
    .describe = memory_describe,
    .initial_offset = memory_initial_offset,
    .latest_offset = memory_latest_offset,
    .plan = memory_plan,
    .read = memory_read,
    .commit = memory_commit,
    .prepare_available_now = memory_prepare_available_now,
    .next_poll_us = memory_next_poll_us,
};
