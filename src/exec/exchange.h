/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups on their way from the tasks that formed them to the partitions of their keys: Spark's
 * pmod(murmur3(keys, 42), partitions), on which the files of the state depend. Each task has a lane
 * of its own to write to, without locks; when all are done, each partition reads its rows lane
 * after lane, so that the outcome does not depend on which task was first.
 *
 * Writing: one thread per lane. Reading: any threads, after all writing. */
#ifndef FB_EXEC_EXCHANGE_H
#define FB_EXEC_EXCHANGE_H

#include "base/budget.h"
#include "data/chunk.h"

typedef struct fb_exchange fb_exchange;

/* `key_count` leading columns decide the partition; without keys all is in partition 0. `budget`
 * (may be NULL) counts what is held. */
fb_status fb_exchange_create(uint32_t lane_count, uint32_t partition_count, uint32_t key_count,
                             fb_budget *budget, fb_exchange **out, fb_error *err) FB_CHECKED;
void fb_exchange_destroy(fb_exchange *exchange); /* NULL is fine */

/* Copies the rows of a chunk of any size, strings included. FB_E_LIMIT: the budget is spent. */
fb_status fb_exchange_write(fb_exchange *exchange, uint32_t lane, const fb_chunk *rows,
                            fb_error *err) FB_CHECKED;

/* The same for rows of one part, a number below FB_EXCHANGE_PARTS: whatever lane writes them, the
 * rows of a key are in the same part. */
enum { FB_EXCHANGE_PARTS = 256 };
fb_status fb_exchange_write_part(fb_exchange *exchange, uint32_t lane, uint32_t part,
                                 const fb_chunk *rows, fb_error *err) FB_CHECKED;

/* The rows of a partition, as chunks of at most a few thousand rows, numbered over all lanes. */
uint32_t fb_exchange_chunk_count(const fb_exchange *exchange, uint32_t partition);
const fb_chunk *fb_exchange_chunk(const fb_exchange *exchange, uint32_t partition, uint32_t index);
/* The numbers of all its chunks, part after part, those of a part in the order of the lanes, so
 * that the groups of a part can be formed while they fit the cache. `ends` (FB_EXCHANGE_PARTS long)
 * are where the parts end among them. `*order` is NULL where some rows were written without a part.
 */
fb_status fb_exchange_order_by_part(const fb_exchange *exchange, uint32_t partition,
                                    fb_arena *arena, uint32_t *ends, uint32_t **order,
                                    fb_error *err) FB_CHECKED;
/* Whether all rows of the partition come from one lane that wrote distinct keys only once (see
 * fb_exchange_finish_lane): then there is nothing to merge before the state. */
bool fb_exchange_is_distinct(const fb_exchange *exchange, uint32_t partition);
/* The lane's writer says that no key occurs twice in what it wrote. */
void fb_exchange_finish_lane(fb_exchange *exchange, uint32_t lane, bool is_distinct);
/* Gives back a partition's memory as soon as it has been read. Any thread, once per partition. */
void fb_exchange_release(fb_exchange *exchange, uint32_t partition);

#endif
