/* SPDX-License-Identifier: Apache-2.0 */
#include "state/table.h"

#include "base/assert.h"

void fb_state_table_close(fb_state_table *table)
{
    if (table) table->ops->close(table);
}

static fb_status refuse(const fb_state_table *table, const char *call, const char *why,
                        fb_error *err)
{
    return fb_fail(err, FB_E_INVALID, 0, "%s: %s %s", table->layout->name, call, why);
}

/* Reading is always possible, except what a failed change left behind. */
static fb_status check_read(const fb_state_table *table, const char *call, fb_error *err)
{
    if (table->has_failed) return refuse(table, call, "after a change that failed", err);
    return FB_OK;
}

static fb_status check_change(const fb_state_table *table, const char *call, fb_error *err)
{
    FB_TRY(check_read(table, call, err));
    if (table->mode == FB_STATE_CLOSED) return refuse(table, call, "outside a transaction", err);
    if (table->is_visiting) return refuse(table, call, "while rows are visited", err);
    if (table->is_updating) return refuse(table, call, "between update_begin and update_end", err);
    return FB_OK;
}

fb_status fb_state_table_begin(fb_state_table *table, fb_state_mode mode, fb_error *err)
{
    FB_ASSERT(mode != FB_STATE_CLOSED);
    if (table->mode != FB_STATE_CLOSED) return refuse(table, "begin", "inside a transaction", err);
    fb_state_stats stats;
    table->ops->stats(table, &stats);
    if (mode == FB_STATE_LOAD && stats.row_count)
        return refuse(table, "a load", "over rows that are there", err);
    FB_TRY(table->ops->begin(table, mode, err));
    table->mode = mode;
    return FB_OK;
}

fb_status fb_state_table_commit(fb_state_table *table, fb_error *err)
{
    FB_TRY(check_change(table, "commit", err));
    table->ops->commit(table);
    table->mode = FB_STATE_CLOSED;
    return FB_OK;
}

void fb_state_table_abort(fb_state_table *table)
{
    FB_ASSERT(!table->is_visiting);
    if (table->mode == FB_STATE_CLOSED) return;
    if (table->mode == FB_STATE_LOAD)
        table->ops->clear(table);
    else
        table->ops->rollback(table);
    table->mode = FB_STATE_CLOSED;
    table->is_updating = false;
    table->has_failed = false;
}

fb_status fb_state_table_roll_back(fb_state_table *table, fb_error *err)
{
    if (table->mode != FB_STATE_CLOSED)
        return refuse(table, "going back a version", "inside a transaction", err);
    if (!table->ops->can_roll_back(table))
        return fb_fail(err, FB_E_NOT_FOUND, 0, "%s: the version before is not in memory",
                       table->layout->name);
    table->ops->rollback(table);
    return FB_OK;
}

void fb_state_table_clear(fb_state_table *table)
{
    FB_ASSERT(!table->is_visiting);
    table->ops->clear(table);
    table->mode = FB_STATE_CLOSED;
    table->is_updating = false;
    table->has_failed = false;
}

void fb_state_table_stats(const fb_state_table *table, fb_state_stats *out)
{
    table->ops->stats(table, out);
}

void fb_state_table_expect_rows(fb_state_table *table, uint64_t row_count)
{
    if (table->mode == FB_STATE_LOAD && table->ops->expect_rows)
        table->ops->expect_rows(table, row_count);
}

fb_status fb_state_table_get_many(fb_state_table *table, const fb_state_rows *keys,
                                  fb_slice *values, fb_error *err)
{
    FB_TRY(check_read(table, "get", err));
    return table->ops->get_many(table, keys, values, err);
}

/* Passes on the result of a change; a failed one may be half done. */
static fb_status changed(fb_state_table *table, fb_status status)
{
    if (status != FB_OK) table->has_failed = true;
    return status;
}

fb_status fb_state_table_update_begin(fb_state_table *table, const fb_state_rows *keys,
                                      void **values, uint64_t *created, fb_error *err)
{
    FB_TRY(check_change(table, "update_begin", err));
    const fb_state_layout *layout = table->layout;
    if (layout->value_bytes == FB_STATE_VARIABLE)
        return refuse(table, "update_begin", "of values without a fixed size", err);
    if (layout->time.present && layout->time.in_value)
        return refuse(table, "update_begin", "of values that hold the event time", err);
    FB_TRY(changed(table, table->ops->update_begin(table, keys, values, created, err)));
    table->is_updating = true;
    return FB_OK;
}

fb_status fb_state_table_update_end(fb_state_table *table, fb_error *err)
{
    if (!table->is_updating) return refuse(table, "update_end", "without update_begin", err);
    table->is_updating = false;
    return changed(table, table->ops->update_end(table, err));
}

fb_status fb_state_table_put_many(fb_state_table *table, const fb_state_rows *keys,
                                  const fb_state_rows *values, fb_error *err)
{
    FB_TRY(check_change(table, "put", err));
    if (keys->count != values->count)
        return refuse(table, "put", "of other than one value for each key", err);
    return changed(table, table->ops->put_many(table, keys, values, err));
}

fb_status fb_state_table_remove_many(fb_state_table *table, const fb_state_rows *keys,
                                     uint64_t *removed, fb_error *err)
{
    uint64_t unused;
    if (!removed) removed = &unused;
    *removed = 0;
    FB_TRY(check_change(table, "remove", err));
    return changed(table, table->ops->remove_many(table, keys, removed, err));
}

/* Visits may be nested: they only read. */
static fb_status visit(fb_state_table *table,
                       fb_status (*call)(fb_state_table *, fb_state_visit, void *, fb_error *),
                       fb_state_visit visitor, void *user, fb_error *err)
{
    bool was_visiting = table->is_visiting;
    table->is_visiting = true;
    fb_status status = call(table, visitor, user, err);
    table->is_visiting = was_visiting;
    return status;
}

fb_status fb_state_table_visit_all(fb_state_table *table, fb_state_visit visitor, void *user,
                                   fb_error *err)
{
    FB_TRY(check_read(table, "a scan", err));
    return visit(table, table->ops->visit_all, visitor, user, err);
}

fb_status fb_state_table_visit_changes(fb_state_table *table, fb_state_visit visitor, void *user,
                                       fb_error *err)
{
    FB_TRY(check_read(table, "a list of changes", err));
    if (table->mode != FB_STATE_CHANGE)
        return refuse(table, "a list of changes", "outside a transaction", err);
    return visit(table, table->ops->visit_changes, visitor, user, err);
}

fb_status fb_state_table_visit_prefix(fb_state_table *table, fb_slice prefix,
                                      fb_state_visit visitor, void *user, fb_error *err)
{
    FB_TRY(check_read(table, "a prefix scan", err));
    if (table->layout->prefix_count == 0)
        return refuse(table, "a prefix scan", "of a store without a prefix", err);
    if (!table->ops->visit_prefix)
        return fb_fail(err, FB_E_UNSUPPORTED, 0, "%s: a %s table has no prefix scan",
                       table->layout->name, table->ops->name);
    bool was_visiting = table->is_visiting;
    table->is_visiting = true;
    fb_status status = table->ops->visit_prefix(table, prefix, visitor, user, err);
    table->is_visiting = was_visiting;
    return status;
}

fb_status fb_state_table_evict_before(fb_state_table *table, int64_t time, fb_state_visit visitor,
                                      void *user, uint64_t *evicted, fb_error *err)
{
    *evicted = 0;
    FB_TRY(check_change(table, "an eviction", err));
    if (!table->layout->time.present)
        return refuse(table, "an eviction", "from a store without event time", err);
    if (!table->ops->evict_before)
        return fb_fail(err, FB_E_UNSUPPORTED, 0, "%s: a %s table has no eviction",
                       table->layout->name, table->ops->name);
    table->is_visiting = true;
    fb_status status = table->ops->evict_before(table, time, visitor, user, evicted, err);
    table->is_visiting = false;
    return changed(table, status);
}
