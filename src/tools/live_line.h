/* SPDX-License-Identifier: Apache-2.0
 *
 * How a running query is told in one line. */
#ifndef TOOLS_LIVE_LINE_H
#define TOOLS_LIVE_LINE_H

#include <forebay/query.h>

#include <stdbool.h>
#include <stddef.h>

/* A running query and its newest progress. */
typedef struct live_query {
    const fb_query *query;
    fb_progress *progress; /* NULL: none yet */
    uint64_t late_groups;  /* in all batches of this run */
} live_query;

const char *query_name(const fb_query *query);

/* `is_short`: what fits beside several others. */
void live_query_print(const live_query *live, bool is_short, char *out, size_t size);

/* Bytes that the process has in memory, in MB. */
double resident_mb(void);

#endif
