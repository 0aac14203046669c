/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell is what one lane has for one partition: a list of chunks with an arena of its own, so that
 * a partition's memory can go as soon as it has been read. The first chunk of a cell is as large as
 * what it is made for, later ones double: ten rows for 200 partitions stay small.
 *
 * Rows are parted by a counting sort of their numbers, then moved column by column. */
#include "exec/exchange.h"

#include "base/hash.h"
#include "base/memory.h"
#include "data/appender.h"
#include "data/column_hash.h"

#include <inttypes.h>
#include <string.h>

enum { LEAST_CHUNK_ROWS = 16, SMALL_BLOCK_BYTES = 1024, LARGE_BLOCK_BYTES = 256 * 1024 };

static const uint32_t NO_PART = UINT32_MAX;

typedef struct held_chunk {
    fb_chunk chunk;
    fb_appender *appenders; /* one per column */
    uint32_t capacity;
    uint32_t part; /* NO_PART: of any */
} held_chunk;

typedef struct cell {
    fb_arena arena;
    held_chunk *chunks;
    uint32_t chunk_count, chunk_capacity;
    size_t counted_bytes;
} cell;

typedef struct lane {
    cell *cells;      /* one per partition; NULL before the first row */
    fb_arena scratch; /* of one write; gone when the lane is finished */
    bool is_distinct;
} lane;

struct fb_exchange {
    uint32_t lane_count, partition_count, key_count;
    fb_budget *budget;
    lane *lanes;
};

/* Where the rows of a chunk go. */
typedef struct parting {
    uint32_t *partitions; /* hash, then partition, of each row */
    uint32_t *rows;       /* by partition, then in their order */
    uint32_t *ends;       /* per partition: behind its last row in `rows` */
} parting;

fb_status fb_exchange_create(uint32_t lane_count, uint32_t partition_count, uint32_t key_count,
                             fb_budget *budget, fb_exchange **out, fb_error *err)
{
    *out = NULL;
    FB_ASSERT(partition_count > 0);
    fb_exchange *exchange = fb_alloc_zero(1, sizeof *exchange);
    lane *lanes = fb_alloc_zero(lane_count, sizeof *lanes);
    if (!exchange || !lanes) {
        fb_free(exchange);
        fb_free(lanes);
        return fb_fail_nomem(err, "an exchange");
    }
    *exchange = (fb_exchange){.lane_count = lane_count,
                              .partition_count = partition_count,
                              .key_count = key_count,
                              .budget = budget,
                              .lanes = lanes};
    *out = exchange;
    return FB_OK;
}

static void clear_cell(fb_exchange *exchange, cell *c)
{
    fb_budget_give(exchange->budget, c->counted_bytes);
    fb_arena_deinit(&c->arena);
    fb_free(c->chunks);
    *c = (cell){0};
}

static size_t lane_bytes(const fb_exchange *exchange)
{
    return exchange->partition_count * sizeof(cell);
}

void fb_exchange_destroy(fb_exchange *exchange)
{
    if (!exchange) return;
    for (uint32_t i = 0; i < exchange->partition_count; i++)
        fb_exchange_release(exchange, i);
    for (uint32_t i = 0; i < exchange->lane_count; i++) {
        lane *each = &exchange->lanes[i];
        if (each->cells) fb_budget_give(exchange->budget, lane_bytes(exchange));
        fb_arena_deinit(&each->scratch);
        fb_free(each->cells);
    }
    fb_free(exchange->lanes);
    fb_free(exchange);
}

/* --- writing --- */

/* Spark's pmod: never negative. */
static void hashes_to_partitions(uint32_t *hashes, uint32_t row_count, uint32_t partition_count)
{
    if ((partition_count & (partition_count - 1)) == 0) {
        for (uint32_t i = 0; i < row_count; i++)
            hashes[i] &= partition_count - 1;
        return;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        int64_t rest = (int32_t)hashes[i] % (int64_t)partition_count;
        hashes[i] = (uint32_t)(rest < 0 ? rest + partition_count : rest);
    }
}

static bool part_rows(const fb_exchange *exchange, const fb_chunk *chunk, fb_arena *scratch,
                      parting *p)
{
    uint32_t count = chunk->row_count, partition_count = exchange->partition_count;
    p->partitions = fb_arena_array(scratch, count, sizeof *p->partitions);
    p->rows = fb_arena_array(scratch, count, sizeof *p->rows);
    p->ends = fb_arena_alloc_zero(scratch, partition_count * sizeof *p->ends);
    if (!p->partitions || !p->rows || !p->ends) return false;
    for (uint32_t i = 0; i < count; i++)
        p->partitions[i] = exchange->key_count ? FB_HASH_SEED : 0;
    for (uint32_t i = 0; i < exchange->key_count; i++)
        fb_column_murmur3(&chunk->columns[i], count, p->partitions);
    hashes_to_partitions(p->partitions, count, partition_count);
    for (uint32_t i = 0; i < count; i++)
        p->ends[p->partitions[i]]++;
    uint32_t start = 0;
    for (uint32_t i = 0; i < partition_count; i++) {
        uint32_t rows = p->ends[i];
        p->ends[i] = start;
        start += rows;
    }
    for (uint32_t i = 0; i < count; i++)
        p->rows[p->ends[p->partitions[i]]++] = i;
    return true;
}

static uint32_t next_capacity(const cell *c, uint32_t wanted)
{
    uint32_t capacity =
        c->chunk_count ? c->chunks[c->chunk_count - 1].capacity * 2 : LEAST_CHUNK_ROWS;
    if (capacity < wanted) capacity = wanted;
    return capacity < FB_CHUNK_ROWS ? capacity : FB_CHUNK_ROWS;
}

/* Blocks grow with the cell: there may be thousands of them, most with a few rows. */
static size_t next_block_bytes(const cell *c)
{
    size_t bytes = c->arena.total_bytes;
    if (bytes < SMALL_BLOCK_BYTES) bytes = SMALL_BLOCK_BYTES;
    return bytes < LARGE_BLOCK_BYTES ? bytes : LARGE_BLOCK_BYTES;
}

/* A new chunk at the end of the cell, for columns like those of `like`. Nothing follows the rows
 * of a part in their chunk. */
static bool add_chunk(cell *c, const fb_chunk *like, uint32_t wanted, uint32_t part)
{
    if (c->chunk_count == c->chunk_capacity) {
        uint32_t capacity = c->chunk_capacity ? c->chunk_capacity * 2 : 1;
        held_chunk *chunks = fb_realloc(c->chunks, capacity * sizeof *chunks);
        if (!chunks) return false;
        c->chunks = chunks;
        c->chunk_capacity = capacity;
    }
    bool is_exact = part != NO_PART && wanted <= FB_CHUNK_ROWS;
    held_chunk held = {.capacity = is_exact ? wanted : next_capacity(c, wanted),
                       .part = part,
                       .chunk = {.column_count = like->column_count}};
    if (!c->arena.block_bytes) fb_arena_init(&c->arena, SMALL_BLOCK_BYTES);
    c->arena.block_bytes = next_block_bytes(c);
    held.chunk.columns = fb_arena_array(&c->arena, like->column_count, sizeof(fb_column));
    held.appenders = fb_arena_array(&c->arena, like->column_count, sizeof(fb_appender));
    if (!held.chunk.columns || !held.appenders) return false;
    for (uint32_t i = 0; i < like->column_count; i++)
        if (!fb_appender_init(&held.appenders[i], &held.chunk.columns[i], &c->arena,
                              like->columns[i].type, held.capacity))
            return false;
    c->chunks[c->chunk_count++] = held;
    return true;
}

static bool add_rows(cell *c, const fb_chunk *from, const uint32_t *rows, uint32_t count,
                     uint32_t part)
{
    while (count) {
        held_chunk *last = c->chunk_count ? &c->chunks[c->chunk_count - 1] : NULL;
        if (!last || last->chunk.row_count == last->capacity || last->part != part) {
            if (!add_chunk(c, from, count, part)) return false;
            last = &c->chunks[c->chunk_count - 1];
        }
        uint32_t room = last->capacity - last->chunk.row_count;
        uint32_t added = count < room ? count : room;
        for (uint32_t i = 0; i < from->column_count; i++)
            if (!fb_appender_add(&last->appenders[i], &c->arena, &from->columns[i], rows, added))
                return false;
        last->chunk.row_count += added;
        rows += added;
        count -= added;
    }
    return true;
}

static fb_status fail_limit(const fb_exchange *exchange, fb_error *err)
{
    return fb_fail(err, FB_E_LIMIT, 0,
                   "the memory limit of %" PRIu64
                   " bytes is reached while rows travel to their partitions",
                   exchange->budget->limit_bytes);
}

static fb_status open_lane(fb_exchange *exchange, lane *to, fb_error *err)
{
    if (!fb_budget_take(exchange->budget, lane_bytes(exchange))) return fail_limit(exchange, err);
    to->cells = fb_alloc_zero(exchange->partition_count, sizeof *to->cells);
    fb_arena_init(&to->scratch, 0);
    if (to->cells) return FB_OK;
    fb_budget_give(exchange->budget, lane_bytes(exchange));
    return fb_fail_nomem(err, "an exchange");
}

static fb_status count_cell(fb_exchange *exchange, cell *c, fb_error *err)
{
    size_t bytes = c->arena.total_bytes + c->chunk_capacity * sizeof *c->chunks;
    if (!fb_budget_take(exchange->budget, bytes - c->counted_bytes))
        return fail_limit(exchange, err);
    c->counted_bytes = bytes;
    return FB_OK;
}

static fb_status write_parted(fb_exchange *exchange, lane *to, const fb_chunk *rows,
                              const parting *p, uint32_t part, fb_error *err)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i < exchange->partition_count; i++) {
        uint32_t count = p->ends[i] - start;
        if (!count) continue;
        if (!add_rows(&to->cells[i], rows, p->rows + start, count, part))
            return fb_fail_nomem(err, "rows on their way to their partitions");
        FB_TRY(count_cell(exchange, &to->cells[i], err));
        start = p->ends[i];
    }
    return FB_OK;
}

static fb_status write_rows(fb_exchange *exchange, uint32_t lane_index, uint32_t part,
                            const fb_chunk *rows, fb_error *err)
{
    FB_ASSERT(lane_index < exchange->lane_count && exchange->key_count <= rows->column_count);
    lane *to = &exchange->lanes[lane_index];
    if (rows->row_count == 0) return FB_OK;
    if (!to->cells) FB_TRY(open_lane(exchange, to, err));
    parting p;
    fb_arena_reset(&to->scratch);
    if (!part_rows(exchange, rows, &to->scratch, &p))
        return fb_fail_nomem(err, "rows on their way to their partitions");
    return write_parted(exchange, to, rows, &p, part, err);
}

fb_status fb_exchange_write(fb_exchange *exchange, uint32_t lane_index, const fb_chunk *rows,
                            fb_error *err)
{
    return write_rows(exchange, lane_index, NO_PART, rows, err);
}

fb_status fb_exchange_write_part(fb_exchange *exchange, uint32_t lane_index, uint32_t part,
                                 const fb_chunk *rows, fb_error *err)
{
    FB_ASSERT(part < FB_EXCHANGE_PARTS);
    return write_rows(exchange, lane_index, part, rows, err);
}

void fb_exchange_finish_lane(fb_exchange *exchange, uint32_t lane_index, bool is_distinct)
{
    FB_ASSERT(lane_index < exchange->lane_count);
    exchange->lanes[lane_index].is_distinct = is_distinct;
    fb_arena_deinit(&exchange->lanes[lane_index].scratch);
}

/* --- reading --- */

static uint32_t cell_chunk_count(const lane *from, uint32_t partition)
{
    return from->cells ? from->cells[partition].chunk_count : 0;
}

uint32_t fb_exchange_chunk_count(const fb_exchange *exchange, uint32_t partition)
{
    FB_ASSERT(partition < exchange->partition_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < exchange->lane_count; i++)
        count += cell_chunk_count(&exchange->lanes[i], partition);
    return count;
}

const fb_chunk *fb_exchange_chunk(const fb_exchange *exchange, uint32_t partition, uint32_t index)
{
    FB_ASSERT(partition < exchange->partition_count);
    for (uint32_t i = 0; i < exchange->lane_count; i++) {
        uint32_t count = cell_chunk_count(&exchange->lanes[i], partition);
        if (index < count) return &exchange->lanes[i].cells[partition].chunks[index].chunk;
        index -= count;
    }
    FB_UNREACHABLE();
}

/* Chunks of each part in `counts`; false: some are of none. */
static bool count_parts(const fb_exchange *exchange, uint32_t partition, uint32_t *counts)
{
    memset(counts, 0, FB_EXCHANGE_PARTS * sizeof *counts);
    for (uint32_t i = 0; i < exchange->lane_count; i++) {
        uint32_t count = cell_chunk_count(&exchange->lanes[i], partition);
        for (uint32_t k = 0; k < count; k++) {
            uint32_t part = exchange->lanes[i].cells[partition].chunks[k].part;
            if (part == NO_PART) return false;
            counts[part]++;
        }
    }
    return true;
}

fb_status fb_exchange_order_by_part(const fb_exchange *exchange, uint32_t partition,
                                    fb_arena *arena, uint32_t *ends, uint32_t **order,
                                    fb_error *err)
{
    *order = NULL;
    if (!count_parts(exchange, partition, ends)) return FB_OK;
    uint32_t *numbers =
        fb_arena_array(arena, fb_exchange_chunk_count(exchange, partition), sizeof *numbers);
    if (!numbers) return fb_fail_nomem(err, "an exchange");
    uint32_t start = 0, number = 0;
    for (uint32_t i = 0; i < FB_EXCHANGE_PARTS; i++) {
        uint32_t count = ends[i];
        ends[i] = start;
        start += count;
    }
    for (uint32_t i = 0; i < exchange->lane_count; i++) {
        uint32_t count = cell_chunk_count(&exchange->lanes[i], partition);
        for (uint32_t k = 0; k < count; k++)
            numbers[ends[exchange->lanes[i].cells[partition].chunks[k].part]++] = number++;
    }
    *order = numbers;
    return FB_OK;
}

bool fb_exchange_is_distinct(const fb_exchange *exchange, uint32_t partition)
{
    uint32_t lanes = 0;
    for (uint32_t i = 0; i < exchange->lane_count; i++) {
        if (!cell_chunk_count(&exchange->lanes[i], partition)) continue;
        if (!exchange->lanes[i].is_distinct || lanes++) return false;
    }
    return true;
}

void fb_exchange_release(fb_exchange *exchange, uint32_t partition)
{
    for (uint32_t i = 0; i < exchange->lane_count; i++)
        if (exchange->lanes[i].cells) clear_cell(exchange, &exchange->lanes[i].cells[partition]);
}
