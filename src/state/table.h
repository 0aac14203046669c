/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the working rows of a state store are: keys and values, changed in transactions of which
 * the last one can still be taken back after its commit. This is the interface; the memory table
 * is in state/memory_table.h.
 *
 * Everything takes many rows. Call through the fb_state_table_* functions, which check arguments
 * and the order of calls. After a failed change the transaction can only be rolled back. One
 * thread at a time; any thread. */
#ifndef FB_STATE_TABLE_H
#define FB_STATE_TABLE_H

#include "state/layout.h"

enum { FB_STATE_TABLE_ABI = 1 };

typedef struct fb_state_table fb_state_table;

/* Some rows; borrowed for the call, which must not change the table. */
typedef fb_status (*fb_state_visit)(void *user, const fb_slice *keys, const fb_slice *values,
                                    uint32_t count, fb_error *err);

typedef enum fb_state_mode {
    FB_STATE_CLOSED, /* no transaction: rows can be read only */
    FB_STATE_CHANGE,
    FB_STATE_LOAD, /* filling an empty table: cannot be taken back, and has no list of changes */
} fb_state_mode;

typedef struct fb_state_stats {
    uint64_t row_count;
    uint64_t memory_bytes; /* held for rows, index, undo and event times */
} fb_state_stats;

typedef struct fb_state_table_ops {
    uint32_t abi;
    const char *name; /* "memory" */

    /* Required. */
    void (*close)(fb_state_table *self);
    fb_status (*begin)(fb_state_table *self, fb_state_mode mode, fb_error *err);
    void (*commit)(fb_state_table *self);
    /* Takes back the transaction or, between transactions, the last one that was committed. */
    void (*rollback)(fb_state_table *self);
    bool (*can_roll_back)(const fb_state_table *self);
    void (*clear)(fb_state_table *self);
    void (*stats)(const fb_state_table *self, fb_state_stats *out);

    fb_status (*get_many)(fb_state_table *self, const fb_state_rows *keys, fb_slice *values,
                          fb_error *err);
    fb_status (*update_begin)(fb_state_table *self, const fb_state_rows *keys, void **values,
                              uint64_t *created, fb_error *err);
    fb_status (*update_end)(fb_state_table *self, fb_error *err);
    fb_status (*put_many)(fb_state_table *self, const fb_state_rows *keys,
                          const fb_state_rows *values, fb_error *err);
    fb_status (*remove_many)(fb_state_table *self, const fb_state_rows *keys, uint64_t *removed,
                             fb_error *err);

    fb_status (*visit_all)(fb_state_table *self, fb_state_visit visit, void *user, fb_error *err);
    fb_status (*visit_changes)(fb_state_table *self, fb_state_visit visit, void *user,
                               fb_error *err);
    /* Optional, by what the layout has: a prefix, an event time. */
    fb_status (*visit_prefix)(fb_state_table *self, fb_slice prefix, fb_state_visit visit,
                              void *user, fb_error *err);
    fb_status (*evict_before)(fb_state_table *self, int64_t time, fb_state_visit visit, void *user,
                              uint64_t *evicted, fb_error *err);
    /* Optional: makes room for a load. */
    void (*expect_rows)(fb_state_table *self, uint64_t row_count);
} fb_state_table_ops;

/* Every table begins with this; it belongs to the functions below. */
struct fb_state_table {
    const fb_state_table_ops *ops;
    const fb_state_layout *layout;
    fb_state_mode mode;
    bool is_updating; /* between update_begin and update_end */
    bool is_visiting;
    bool has_failed; /* a change failed: only rollback is left */
};

void fb_state_table_close(fb_state_table *table); /* NULL is fine */

/* A load needs a table without rows. The last transaction can be taken back until this one is
 * committed: two versions of the rows are within reach. */
fb_status fb_state_table_begin(fb_state_table *table, fb_state_mode mode, fb_error *err) FB_CHECKED;
fb_status fb_state_table_commit(fb_state_table *table, fb_error *err) FB_CHECKED;
/* Takes the open transaction back, whatever its state; a load leaves an empty table. */
void fb_state_table_abort(fb_state_table *table);
/* Takes the last committed transaction back; FB_E_NOT_FOUND when that is not possible (any more).
 */
fb_status fb_state_table_roll_back(fb_state_table *table, fb_error *err) FB_CHECKED;
void fb_state_table_clear(fb_state_table *table);
void fb_state_table_stats(const fb_state_table *table, fb_state_stats *out);

/* In a load: about how many rows there will be. A hint that spares growing step by step. Rows in
 * the order of visit_all need it: a small table would get all of them into one run. */
void fb_state_table_expect_rows(fb_state_table *table, uint64_t row_count);

/* values[i] is the value of key i, or {NULL, 0}; valid until the next change. */
fb_status fb_state_table_get_many(fb_state_table *table, const fb_state_rows *keys,
                                  fb_slice *values, fb_error *err) FB_CHECKED;
/* Finds or creates the rows of the keys, for values of fixed size whose event time, if any, lies
 * in the key. values[i] is where to change the value in place, until update_end; it is aligned to
 * 8 and zero for a new row. `created` (may be NULL) is a bitmap: 1 at the first use of a new row.
 * A key may occur several times. */
fb_status fb_state_table_update_begin(fb_state_table *table, const fb_state_rows *keys,
                                      void **values, uint64_t *created, fb_error *err) FB_CHECKED;
fb_status fb_state_table_update_end(fb_state_table *table, fb_error *err) FB_CHECKED;
/* In the order of the rows: a later one of the same key wins. */
fb_status fb_state_table_put_many(fb_state_table *table, const fb_state_rows *keys,
                                  const fb_state_rows *values, fb_error *err) FB_CHECKED;
/* Keys that are not there are no failure. *removed (may be NULL) counts the others. */
fb_status fb_state_table_remove_many(fb_state_table *table, const fb_state_rows *keys,
                                     uint64_t *removed, fb_error *err) FB_CHECKED;

/* All rows, in an order that depends on the keys only. */
fb_status fb_state_table_visit_all(fb_state_table *table, fb_state_visit visit, void *user,
                                   fb_error *err) FB_CHECKED;
/* The rows whose key begins with the columns of `prefix`, in the order of visit_all. */
fb_status fb_state_table_visit_prefix(fb_state_table *table, fb_slice prefix, fb_state_visit visit,
                                      void *user, fb_error *err) FB_CHECKED;
/* What the open transaction changed, in the order of first changes: the value is NULL where a row
 * was removed. A row that it made and removed does not occur; one that it removed and made again
 * occurs twice, in that order. */
fb_status fb_state_table_visit_changes(fb_state_table *table, fb_state_visit visit, void *user,
                                       fb_error *err) FB_CHECKED;
/* Removes the rows with an event time below `time`, in the order of time. `visit` (may be NULL)
 * sees each before it goes. */
fb_status fb_state_table_evict_before(fb_state_table *table, int64_t time, fb_state_visit visit,
                                      void *user, uint64_t *evicted, fb_error *err) FB_CHECKED;

#endif
