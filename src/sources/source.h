/* SPDX-License-Identifier: Apache-2.0
 *
 * A streaming source: offsets, and the rows between two of them.
 *
 * Offsets are JSON texts as Spark writes them, compared as strings. A range (start, end] that was
 * handed out must give the same splits and rows again until `commit(end)`: recovery re-reads it.
 *
 * The query's thread makes all calls but `read`, which tasks make in parallel, one task per split.
 * Call through the fb_source_* functions. */
#ifndef FB_SOURCES_SOURCE_H
#define FB_SOURCES_SOURCE_H

#include "base/options.h"
#include "data/chunk.h"
#include "env/clock.h"
#include "env/timezone.h"
#include "files/filesystem.h"

enum { FB_SOURCE_ABI = 1 };

typedef struct fb_source fb_source;
typedef struct fb_source_ops fb_source_ops;

/* How far a batch may reach. */
typedef enum fb_read_limit {
    FB_READ_DEFAULT,       /* the source's own limit per trigger */
    FB_READ_ALL_AVAILABLE, /* Trigger.Once: limits are ignored */
} fb_read_limit;

/* What a source is created with; borrowed, outlives the source. */
typedef struct fb_source_config {
    const fb_option_value *options; /* parsed by ops->options, same order */
    const fb_type *schema;          /* STRUCT given by the user, or NULL */
    fb_filesystem *fs;              /* of the checkpoint; NULL when only the schema is wanted */
    const char *log_directory;      /* <checkpoint>/sources/<k> */
    fb_clock *clock;
    const fb_timezone *timezone;   /* of the session; NULL: UTC */
    int64_t log_entries_to_retain; /* of its own log, so that as many batches can be read again */
    void *user;                    /* memory source: its queue */
    /* Called when data may be there, from any thread; NULL: nobody waits. It may only signal:
     * locks of a source are held meanwhile, so neither it nor who holds a lock that it takes may
     * call the source. */
    void (*wake)(void *user);
    void *wake_user;
} fb_source_config;

struct fb_source_ops {
    uint32_t abi;
    const char *name; /* as in USING name */
    const char *help; /* one line */
    const fb_option_spec *options;
    uint32_t option_count;
    bool accepts_schema; /* the user may give one */
    bool needs_schema;
    bool admission_control; /* limits its batches itself: progress then has no latestOffset */

    /* Required. */
    /* Checks options that depend on each other, and returns the schema (in `arena`). No I/O. */
    fb_status (*schema)(const fb_source_config *config, fb_arena *arena, const fb_type **out,
                        fb_error *err);
    fb_status (*open)(const fb_source_config *config, fb_source **out, fb_error *err);
    void (*close)(fb_source *self);
    /* Spark's description for progress. */
    fb_status (*describe)(fb_source *self, fb_buf *out, fb_error *err);
    /* The offset before any data. Clears `out` and fills it. *has_offset false: none yet. */
    fb_status (*initial_offset)(fb_source *self, fb_buf *out, bool *has_offset, fb_error *err);
    /* The newest offset that a batch starting at `start` may end with. `out` may come back equal
     * to `start`. *has_offset false: nothing was ever seen. */
    fb_status (*latest_offset)(fb_source *self, fb_slice start, fb_read_limit limit, fb_buf *out,
                               bool *has_offset, fb_error *err);
    /* Prepares the range (start, end] for reading and says in how many splits; `start.data` NULL:
     * from the beginning. Splits are ordered: their rows in that order are the batch. The plan
     * stays valid until the next plan or close. FB_E_CORRUPT names a malformed offset. */
    fb_status (*plan)(fb_source *self, fb_slice start, fb_slice end, uint32_t *split_count,
                      fb_error *err);
    /* The next rows of a split, at most FB_CHUNK_ROWS. `*cursor` is 0 at first and belongs to the
     * source. `columns` marks the columns that are used: columns[i] false leaves that column's
     * values unset. The chunk lies in `arena` or in the source and is valid until the arena is
     * reset; it must not be written to. row_count 0 ends the split. */
    fb_status (*read)(fb_source *self, uint32_t split, uint64_t *cursor, const bool *columns,
                      fb_arena *arena, fb_chunk *out, fb_error *err);

    /* Optional. */
    /* Data up to `end` will not be asked for again. */
    fb_status (*commit)(fb_source *self, fb_slice end, fb_error *err);
    /* AvailableNow: from now on latest_offset stays within what is there at this moment. */
    fb_status (*prepare_available_now)(fb_source *self, fb_error *err);
    /* With these options a range that is read again may give fewer rows and no error: state is not
     * to be made again from it. Default: no. */
    bool (*may_lose_rows)(const fb_option_value *options);
    /* When data may be there again, monotonic us; INT64_MAX: config->wake tells. The
     * default is the query's polling delay from now. */
    int64_t (*next_poll_us)(fb_source *self, int64_t now_us);
};

/* Every implementation's struct starts with this. */
struct fb_source {
    const fb_source_ops *ops;
};

/* The wrappers behave as the methods above; optional ones have defaults. */
fb_status fb_source_open(const fb_source_ops *ops, const fb_source_config *config, fb_source **out,
                         fb_error *err) FB_CHECKED;
void fb_source_close(fb_source *source); /* NULL is fine */
fb_status fb_source_describe(fb_source *source, fb_buf *out, fb_error *err) FB_CHECKED;
fb_status fb_source_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                   fb_error *err) FB_CHECKED;
fb_status fb_source_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                  fb_buf *out, bool *has_offset, fb_error *err) FB_CHECKED;
fb_status fb_source_plan(fb_source *source, fb_slice start, fb_slice end, uint32_t *split_count,
                         fb_error *err) FB_CHECKED;
fb_status fb_source_read(fb_source *source, uint32_t split, uint64_t *cursor, const bool *columns,
                         fb_arena *arena, fb_chunk *out, fb_error *err) FB_CHECKED;
fb_status fb_source_commit(fb_source *source, fb_slice end, fb_error *err) FB_CHECKED;
fb_status fb_source_prepare_available_now(fb_source *source, fb_error *err) FB_CHECKED;
int64_t fb_source_next_poll_us(fb_source *source, int64_t now_us, int64_t polling_delay_us);

/* The built-in sources, one array (registry.c). */
const fb_source_ops *const *fb_source_registry(uint32_t *count);
const fb_source_ops *fb_source_find(fb_slice name); /* without case; NULL: none */

extern const fb_source_ops fb_source_rate;             /* rate.c */
extern const fb_source_ops fb_source_rate_micro_batch; /* rate_micro_batch.c */
extern const fb_source_ops fb_source_memory;           /* memory.c */
extern const fb_source_ops fb_source_json;             /* json.c */

#endif
