/* SPDX-License-Identifier: Apache-2.0
 *
 * How the rate sources cut a range of values into splits.
 *
 * Spark deals the values of a batch round-robin to `numPartitions` partitions, and its row order is
 * partition after partition. Each of these stripes is cut further into runs of a fixed number of
 * rows, so that a batch of one stripe keeps every core busy. Where the cuts lie depends on the
 * number of rows alone, never on the machine (docs/decisions/0003-rate-stripes.md). */
#ifndef FB_SOURCES_STRIPES_H
#define FB_SOURCES_STRIPES_H

#include "data/chunk.h"

enum {
    FB_STRIPES_MAX = 65536,             /* the largest `numPartitions` */
    FB_STRIPES_SPLIT_ROWS = 128 * 1024, /* 32 chunks: the cost of a task is spread thin */
    FB_STRIPES_MAX_SPLITS = 65536,      /* beyond this many, splits grow instead */
    FB_STRIPES_BLOCK = 8,               /* rows per turn of a vector loop */
};

/* A plain value. */
typedef struct fb_stripes {
    uint64_t row_count;
    uint64_t step;         /* distance of neighbours within a stripe: the number of stripes */
    uint64_t split_rows;   /* of every split but the last one of a stripe */
    uint32_t long_stripes; /* the first ones, which have one row more than the others */
    uint32_t long_splits;  /* splits of each of those */
    uint32_t short_splits; /* splits of each of the others */
    uint32_t split_count;
} fb_stripes;

/* `stripe_count` 1..FB_STRIPES_MAX. */
void fb_stripes_init(fb_stripes *stripes, uint64_t row_count, uint32_t stripe_count);

/* The next rows of a split: returns their number, at most FB_CHUNK_ROWS, 0 at its end. Their
 * positions in the range are *first, *first + step, ... `*cursor` starts as 0. */
uint32_t fb_stripes_next(const fb_stripes *stripes, uint32_t split, uint64_t *cursor,
                         uint64_t *first);

/* The schema of both rate sources: timestamp TIMESTAMP, value BIGINT. */
fb_status fb_stripes_schema(fb_arena *arena, const fb_type **out, fb_error *err) FB_CHECKED;
/* A chunk of these columns; there is room for FB_STRIPES_BLOCK - 1 rows more, so that loops may
 * work in whole blocks. False: no memory. */
bool fb_stripes_chunk(fb_chunk *out, fb_arena *arena, uint32_t row_count);

/* values[i] = first + i * step; `values` from a chunk as above. */
void fb_stripes_fill(int64_t *values, uint32_t count, int64_t first, uint64_t step);

#endif
