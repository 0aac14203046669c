/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue behind source `memory`: tests and the C API push blocks of rows, queries read them.
 *
 * An offset is the number of a block, counted from 0; -1 is before the first. Contents end with the
 * process. A block is kept until every source that reads the queue has committed it; while none is
 * open, blocks are kept. All calls may be made from any thread. */
#ifndef FB_SOURCES_MEMORY_H
#define FB_SOURCES_MEMORY_H

#include "data/chunk.h"

typedef struct fb_memory_queue fb_memory_queue;

/* `schema` (a STRUCT) is copied. At most `max_bytes` are held (0: 1 GiB). Pass the queue to the
 * source as fb_source_config.user. */
fb_status fb_memory_queue_create(const fb_type *schema, size_t max_bytes, fb_memory_queue **out,
                                 fb_error *err) FB_CHECKED;
/* No source may be open on it. NULL is fine. */
void fb_memory_queue_destroy(fb_memory_queue *queue);
/* Lives as long as the queue. */
const fb_type *fb_memory_queue_schema(const fb_memory_queue *queue);

/* Adds one block: deep copies of the chunks, in order (chunks without rows and blocks without
 * chunks are fine). *offset (may be NULL): its number. FB_E_INVALID when a chunk has other columns
 * than the schema; FB_E_LIMIT when the queue is full, and nothing was added. */
fb_status fb_memory_queue_push(fb_memory_queue *queue, const fb_chunk *chunks, uint32_t chunk_count,
                               int64_t *offset, fb_error *err) FB_CHECKED;

/* The number of the newest block, -1: none was pushed yet. */
int64_t fb_memory_queue_newest(fb_memory_queue *queue);
/* Bytes held for blocks. */
size_t fb_memory_queue_bytes(fb_memory_queue *queue);

#endif
