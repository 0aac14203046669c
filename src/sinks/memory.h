/* SPDX-License-Identifier: Apache-2.0
 *
 * The table behind sink `memory`: the committed batches of a query, for tests and the C API.
 *
 * A batch id that is not above the newest one is a repetition and is not added again. In complete
 * mode a batch replaces all before it. All calls may be made from any thread; what they return are
 * copies. */
#ifndef FB_SINKS_MEMORY_H
#define FB_SINKS_MEMORY_H

#include "data/chunk.h"

typedef struct fb_memory_table fb_memory_table;

/* At most `max_bytes` are held (0: 1 GiB). Pass the table to the sink as fb_sink_config.user. */
fb_status fb_memory_table_create(size_t max_bytes, fb_memory_table **out, fb_error *err) FB_CHECKED;
/* No sink may be open on it. NULL is fine. */
void fb_memory_table_destroy(fb_memory_table *table);

uint64_t fb_memory_table_batch_count(fb_memory_table *table);
/* The newest committed batch, -1: none. */
int64_t fb_memory_table_newest(fb_memory_table *table);
/* Rows of all batches held. */
uint64_t fb_memory_table_row_count(fb_memory_table *table);

/* Batch number `index` (0: the oldest held), its chunks in row order; they and the schema lie in
 * `arena`. FB_E_NOT_FOUND when there are not so many. */
typedef struct fb_memory_batch {
    int64_t batch_id;
    const fb_type *schema;
    fb_chunk *chunks;
    uint32_t chunk_count;
    uint64_t row_count;
} fb_memory_batch;
fb_status fb_memory_table_read(fb_memory_table *table, uint64_t index, fb_arena *arena,
                               fb_memory_batch *out, fb_error *err) FB_CHECKED;

#endif
