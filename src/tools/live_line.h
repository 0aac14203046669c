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
    const char *name;
    fb_progress *progress; /* NULL: none yet */
    uint64_t late_groups;  /* in all batches of this run */
} live_query;

/* `is_short`: what fits beside several others. `wall_s`: the time of the clock, since the epoch. */
void live_query_print(const live_query *live, bool is_short, int64_t wall_s, char *out,
                      size_t size);

/* Cuts the line so that it fits into a terminal's of so many columns: one that wraps cannot be
 * rewritten. */
void cut_line(char *line, int columns);

/* Bytes that the process has in memory, in MB. */
double resident_mb(void);

#endif
