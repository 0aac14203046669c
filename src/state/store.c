/* SPDX-License-Identifier: Apache-2.0 */
#include "state/store.h"

#include "base/memory.h"
#include "env/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <time.h>

struct fb_state_store {
    fb_state_table *table;
    fb_state_log *log;
    int64_t version;
    pthread_mutex_t mutex; /* protects the next two */
    bool is_open;
    pthread_t opener;
    pthread_cond_t closed;
    int64_t open_wait_ms;
    bool may_be_behind; /* the log may hold versions above ours: of an earlier run, of a commit
                           that failed or was taken back */
};

fb_status fb_state_store_create(fb_state_table *table, fb_state_log *log, fb_state_store **out,
                                fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    if (!*out) {
        fb_state_table_close(table);
        fb_state_log_close(log);
        return fb_fail_nomem(err, "a state store");
    }
    **out = (fb_state_store){
        .table = table, .log = log, .may_be_behind = true, .open_wait_ms = FB_STATE_OPEN_WAIT_MS};
    pthread_condattr_t monotonic;
    pthread_mutex_init(&(*out)->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&(*out)->closed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return FB_OK;
}

void fb_state_store_close(fb_state_store *store)
{
    if (!store) return;
    fb_state_store_abort(store);
    fb_state_table_close(store->table);
    fb_state_log_close(store->log);
    pthread_cond_destroy(&store->closed);
    pthread_mutex_destroy(&store->mutex);
    fb_free(store);
}

void fb_state_store_set_open_wait(fb_state_store *store, int64_t wait_ms)
{
    store->open_wait_ms = wait_ms;
}

fb_state_table *fb_state_store_table(fb_state_store *store)
{
    return store->table;
}

int64_t fb_state_store_version(const fb_state_store *store)
{
    return store->version;
}

/* Replaces the rows by those of another version. */
static fb_status load(fb_state_store *store, int64_t version, fb_error *err)
{
    const char *name = store->table->layout->name;
    if (version && !store->log)
        return fb_fail(err, FB_E_NOT_FOUND, 0,
                       "%s: version %" PRId64 " is not in memory any more, which holds %" PRId64,
                       name, version, store->version);
    fb_state_table_clear(store->table);
    store->version = 0;
    store->may_be_behind = true;
    if (version == 0) return FB_OK;
    FB_TRY(fb_state_table_begin(store->table, FB_STATE_LOAD, err));
    fb_status status = fb_state_log_load(store->log, version, store->table, err);
    if (status == FB_OK) status = fb_state_table_commit(store->table, err);
    if (status != FB_OK) {
        fb_state_table_abort(store->table);
        return fb_wrap(err, status, "%s: cannot load version %" PRId64, name, version);
    }
    store->version = version;
    return FB_OK;
}

static fb_status go_to(fb_state_store *store, int64_t version, fb_error *err)
{
    if (version == store->version) return FB_OK;
    fb_error ignored;
    if (version + 1 == store->version &&
        fb_state_table_roll_back(store->table, &ignored) == FB_OK) {
        store->version = version;
        store->may_be_behind = true;
        return FB_OK;
    }
    return load(store, version, err);
}

/* Waits until the transaction of another thread has ended; false when that took too long. */
static bool wait_until_closed(fb_state_store *store)
{
    /* The host's clock: a world of one thread never waits here. */
    int64_t until_us = fb_clock_monotonic_us(fb_clock_host()) + store->open_wait_ms * 1000;
    struct timespec deadline = {.tv_sec = (time_t)(until_us / 1000000),
                                .tv_nsec = (long)(until_us % 1000000 * 1000)};
    int waited = 0;
    while (store->is_open && waited == 0)
        waited = pthread_cond_timedwait(&store->closed, &store->mutex, &deadline);
    return !store->is_open;
}

static fb_status acquire(fb_state_store *store, fb_error *err)
{
    const char *name = store->table->layout->name;
    fb_status status = FB_OK;
    pthread_mutex_lock(&store->mutex);
    if (store->is_open && pthread_equal(store->opener, pthread_self()))
        status = fb_fail(err, FB_E_INVALID, 0, "%s: version %" PRId64 " is open already", name,
                         store->version);
    else if (!wait_until_closed(store))
        status =
            fb_fail(err, FB_E_IN_USE, 0,
                    "%s: a transaction of another thread is open since more than %" PRId64 " ms",
                    name, store->open_wait_ms);
    if (status == FB_OK) {
        store->is_open = true;
        store->opener = pthread_self();
    }
    pthread_mutex_unlock(&store->mutex);
    return status;
}

static void release(fb_state_store *store)
{
    pthread_mutex_lock(&store->mutex);
    store->is_open = false;
    pthread_cond_signal(&store->closed);
    pthread_mutex_unlock(&store->mutex);
}

fb_status fb_state_store_open(fb_state_store *store, int64_t version, fb_error *err)
{
    if (version < 0 || version == INT64_MAX)
        return fb_fail(err, FB_E_INVALID, 0, "%s: there is no version %" PRId64,
                       store->table->layout->name, version);
    FB_TRY(acquire(store, err));
    fb_status status = go_to(store, version, err);
    if (status == FB_OK) status = fb_state_table_begin(store->table, FB_STATE_CHANGE, err);
    if (status != FB_OK) release(store);
    return status;
}

fb_status fb_state_store_discard_newer(fb_state_store *store, fb_error *err)
{
    if (!store->log || !store->may_be_behind) return FB_OK;
    FB_TRY(fb_state_log_discard_after(store->log, store->version, err));
    store->may_be_behind = false;
    return FB_OK;
}

fb_status fb_state_store_commit(fb_state_store *store, int64_t *version, fb_error *err)
{
    *version = 0;
    fb_state_table *table = store->table;
    if (!store->is_open)
        return fb_fail(err, FB_E_INVALID, 0, "%s: commit without a transaction",
                       table->layout->name);
    if (table->has_failed)
        return fb_fail(err, FB_E_INVALID, 0, "%s: commit after a change that failed",
                       table->layout->name);
    if (table->is_updating)
        return fb_fail(err, FB_E_INVALID, 0, "%s: commit between update_begin and update_end",
                       table->layout->name);
    if (store->log) {
        FB_TRY(fb_state_store_discard_newer(store, err));
        /* Until it succeeds nobody knows what lies there. */
        store->may_be_behind = true;
        fb_status status = fb_state_log_append(store->log, store->version + 1, table, err);
        if (status != FB_OK)
            return fb_wrap(err, status, "%s: cannot commit version %" PRId64, table->layout->name,
                           store->version + 1);
        store->may_be_behind = false;
    }
    FB_TRY(fb_state_table_commit(table, err));
    *version = ++store->version;
    release(store);
    return FB_OK;
}

void fb_state_store_abort(fb_state_store *store)
{
    fb_state_table_abort(store->table);
    release(store);
}

fb_status fb_state_store_maintain(fb_state_store *store, int64_t version, fb_error *err)
{
    return store->log ? fb_state_log_maintain(store->log, version, err) : FB_OK;
}
