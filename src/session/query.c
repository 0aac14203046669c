/* SPDX-License-Identifier: Apache-2.0
 *
 * The public handle of a query: a stream, its thread, and what other threads may know of it. */
#include "base/memory.h"
#include "files/location.h"
#include "session/session_state.h"
#include "sinks/memory.h"
#include "sql/parse.h"
#include "stream/settings.h"
#include "stream/temporary.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <errno.h>
#include <time.h>

struct fb_query {
    fb_session *session;
    fb_query *next_active; /* under the session's mutex */
    fb_plan_memory *memory;
    fb_arena arena; /* name, paths, sink options */
    const char *name;
    const char *checkpoint;
    bool is_temporary;
    const char *script_name; /* NULL: not from a script */
    fb_slice script_text;
    fb_memory_table *table; /* memory sink only */
    fb_stream *stream;
    fb_listener *listeners; /* a copy of the session's */
    uint32_t listener_count;
    pthread_t thread;
    bool thread_started;

    pthread_mutex_t mutex; /* protects what follows; after the session's mutex */
    pthread_cond_t changed;
    bool ended;
    fb_status status;
    fb_error failure;
    uint64_t idle_triggers; /* triggers that found no new data, and the end */
    fb_progress **recent;   /* ring */
    uint32_t recent_capacity, recent_first, recent_count;
};

/* --- what the stream tells, in its thread --- */

static void remember_progress(fb_query *query, fb_progress *progress)
{
    pthread_mutex_lock(&query->mutex);
    /* Spark makes room before it adds, and so keeps one less than the setting says. */
    while (query->recent_count > 0 && query->recent_count >= query->recent_capacity) {
        fb_progress_release(query->recent[query->recent_first]);
        query->recent_first = (query->recent_first + 1) % (query->recent_capacity + 1);
        query->recent_count--;
    }
    uint32_t place = (query->recent_first + query->recent_count) % (query->recent_capacity + 1);
    query->recent[place] = fb_progress_acquire(progress);
    query->recent_count++;
    pthread_mutex_unlock(&query->mutex);
}

static void on_progress(void *user, fb_stream *stream, fb_progress *progress)
{
    (void)stream;
    fb_query *query = user;
    remember_progress(query, progress);
    for (uint32_t i = 0; i < query->listener_count; i++) {
        const fb_listener *listener = &query->listeners[i];
        if (listener->on_progress) listener->on_progress(listener->user, query, progress);
    }
}

static void on_idle(void *user, fb_stream *stream, fb_progress *progress)
{
    (void)stream;
    fb_query *query = user;
    remember_progress(query, progress);
    for (uint32_t i = 0; i < query->listener_count; i++) {
        const fb_listener *listener = &query->listeners[i];
        if (listener->on_idle) listener->on_idle(listener->user, query, progress);
    }
}

static void on_warning(void *user, fb_stream *stream, const char *message)
{
    (void)stream;
    fb_query *query = user;
    for (uint32_t i = 0; i < query->listener_count; i++) {
        const fb_listener *listener = &query->listeners[i];
        if (listener->on_warning) listener->on_warning(listener->user, query, message);
    }
}

static void on_no_new_data(void *user, fb_stream *stream)
{
    (void)stream;
    fb_query *query = user;
    pthread_mutex_lock(&query->mutex);
    query->idle_triggers++;
    pthread_cond_broadcast(&query->changed);
    pthread_mutex_unlock(&query->mutex);
}

static void leave_active(fb_query *query)
{
    fb_session *session = query->session;
    pthread_mutex_lock(&session->mutex);
    for (fb_query **link = &session->active; *link; link = &(*link)->next_active) {
        if (*link != query) continue;
        *link = query->next_active;
        break;
    }
    pthread_mutex_unlock(&session->mutex);
}

static void tell_terminated(fb_query *query, const fb_error *failure)
{
    for (uint32_t i = 0; i < query->listener_count; i++) {
        const fb_listener *listener = &query->listeners[i];
        if (listener->on_terminated) listener->on_terminated(listener->user, query, failure);
    }
}

static void *query_main(void *argument)
{
    fb_query *query = argument;
    fb_error failure = {0};
    fb_status status = fb_stream_run(query->stream, &failure);
    if (status != FB_OK && failure.line > 0 && query->script_name)
        fb_sql_show_place(&failure, query->script_name, query->script_text, 0);
    leave_active(query);
    tell_terminated(query, status == FB_OK ? NULL : &failure);
    pthread_mutex_lock(&query->mutex);
    query->status = status;
    query->failure = failure;
    query->ended = true;
    pthread_cond_broadcast(&query->changed);
    pthread_mutex_unlock(&query->mutex);
    return NULL;
}

/* --- starting --- */

static fb_status choose_checkpoint(fb_query *query, const fb_query_plan *how, bool *is_temporary,
                                   fb_error *err)
{
    fb_slice location = how->checkpoint;
    fb_slice base =
        fb_setting_get(query->session->conf, "spark.sql.streaming.checkpointLocation").text;
    *is_temporary = false;
    if (!location.size && base.size) {
        char uuid[FB_UUID_TEXT_SIZE];
        fb_random_uuid(query->session->env.random, uuid);
        location = fb_slice_of(fb_arena_printf(&query->arena, "%.*s/%s", FB_SLICE_ARGS(base),
                                               query->name ? query->name : uuid));
        if (!location.data) return fb_fail_nomem(err, "a path");
    }
    if (location.size) return fb_location_resolve(&query->arena, location, &query->checkpoint, err);
    *is_temporary = true;
    location = fb_slice_of(fb_temporary_path(&query->arena, query->session->env.random));
    if (!location.data) return fb_fail_nomem(err, "a path");
    return fb_location_resolve(&query->arena, location, &query->checkpoint, err);
}

static fb_status copy_options(fb_query *query, const fb_query_plan *how,
                              const fb_option_value **out, fb_error *err)
{
    size_t count = how->sink->option_count;
    fb_option_value *values =
        fb_arena_copy(&query->arena, how->sink_options, count * sizeof *values);
    if (!values) return fb_fail_nomem(err, "options");
    for (size_t i = 0; i < count; i++) {
        char *text = fb_arena_strdup(&query->arena, values[i].text);
        if (!text) return fb_fail_nomem(err, "options");
        values[i].text.data = text;
    }
    *out = values;
    return FB_OK;
}

static fb_status open_stream(fb_query *query, const fb_plan *plan, const fb_query_plan *how,
                             fb_error *err)
{
    fb_session *session = query->session;
    fb_stream_config config = {
        .name = query->name,
        .plan = plan,
        .sink = how->sink,
        .sink_config = {.mode = how->mode, .output = {fb_session_print, session}},
        .trigger = how->trigger,
        .conf = session->conf,
        .fs = session->local,
        .clock = session->env.clock,
        .random = session->env.random,
        .listener = {query, on_progress, on_idle, on_warning, on_no_new_data}};
    FB_TRY(choose_checkpoint(query, how, &config.checkpoint_is_temporary, err));
    config.checkpoint_root = query->checkpoint;
    query->is_temporary = config.checkpoint_is_temporary;
    FB_TRY(copy_options(query, how, &config.sink_config.options, err));
    FB_TRY(fb_session_timezone(session, &config.timezone, err));
    FB_TRY(fb_session_workers(session, &config.workers, err));
    if (how->sink == &fb_sink_memory) {
        FB_TRY(fb_memory_table_create(0, &query->table, err));
        config.sink_config.user = query->table;
    }
    return fb_stream_create(&config, &query->stream, err);
}

/* Names are unique among the active queries of a session. */
static fb_status enter_active(fb_query *query, fb_error *err)
{
    fb_session *session = query->session;
    fb_status status = FB_OK;
    pthread_mutex_lock(&session->mutex);
    for (fb_query *other = session->active; other && query->name; other = other->next_active)
        if (other->name && strcmp(other->name, query->name) == 0)
            status =
                fb_fail(err, FB_E_EXISTS, 0,
                        "a query with name '%s' is already active in this session", query->name);
    if (status == FB_OK) {
        query->next_active = session->active;
        session->active = query;
    }
    pthread_mutex_unlock(&session->mutex);
    return status;
}

static fb_status prepare(fb_query *query, const fb_plan *plan, const fb_query_plan *how,
                         fb_error *err)
{
    fb_session *session = query->session;
    query->recent_capacity =
        (uint32_t)fb_setting_get(session->conf, "spark.sql.streaming.numRecentProgressUpdates")
            .number -
        1;
    query->recent = fb_alloc_zero(query->recent_capacity + 1, sizeof *query->recent);
    query->listeners = fb_alloc_zero(session->listener_count, sizeof *query->listeners);
    if (!query->recent || !query->listeners) return fb_fail_nomem(err, "a query");
    if (session->listener_count)
        memcpy(query->listeners, session->listeners,
               session->listener_count * sizeof *query->listeners);
    query->listener_count = session->listener_count;
    if (how->name.size) {
        query->name = fb_arena_strdup(&query->arena, how->name);
        if (!query->name) return fb_fail_nomem(err, "a query");
    }
    if (how->script_name) {
        query->script_name = fb_arena_strdup(&query->arena, fb_slice_of(how->script_name));
        char *text = fb_arena_strdup(&query->arena, how->script_text);
        if (!query->script_name || !text) return fb_fail_nomem(err, "a query");
        query->script_text = fb_slice_make(text, how->script_text.size);
    }
    FB_TRY(open_stream(query, plan, how, err));
    return enter_active(query, err);
}

static fb_status start_thread(fb_query *query, fb_error *err)
{
    for (uint32_t i = 0; i < query->listener_count; i++) {
        const fb_listener *listener = &query->listeners[i];
        if (listener->on_started) listener->on_started(listener->user, query);
    }
    int failed = pthread_create(&query->thread, NULL, query_main, query);
    query->thread_started = !failed;
    if (!failed) return FB_OK;
    leave_active(query);
    fb_error failure;
    (void)fb_fail(&failure, FB_E_LIMIT, failed, "cannot start the query's thread");
    tell_terminated(query, &failure); /* who was told of the start waits for it */
    return fb_pass_on(err, &failure);
}

fb_status fb_query_start(fb_session *session, fb_plan_memory *memory, const fb_plan *plan,
                         const fb_query_plan *how, fb_query **out, fb_error *err)
{
    *out = NULL;
    fb_query *query = fb_alloc_zero(1, sizeof *query);
    if (!query) return fb_fail_nomem(err, "a query");
    query->session = session;
    query->memory = fb_plan_memory_acquire(memory);
    fb_arena_init(&query->arena, 1024);
    pthread_mutex_init(&query->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&query->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    fb_status status = prepare(query, plan, how, err);
    if (status == FB_OK) status = start_thread(query, err);
    if (status != FB_OK) {
        fb_query_destroy(query);
        return status;
    }
    *out = query;
    return FB_OK;
}

/* --- the handle --- */

void fb_query_destroy(fb_query *query)
{
    if (!query) return;
    fb_query_stop(query);
    if (query->thread_started) pthread_join(query->thread, NULL);
    fb_stream_destroy(query->stream);
    fb_memory_table_destroy(query->table);
    for (uint32_t i = 0; i < query->recent_count; i++)
        fb_progress_release(
            query->recent[(query->recent_first + i) % (query->recent_capacity + 1)]);
    fb_free(query->recent);
    fb_free(query->listeners);
    fb_plan_memory_release(query->memory);
    fb_arena_deinit(&query->arena);
    pthread_cond_destroy(&query->changed);
    pthread_mutex_destroy(&query->mutex);
    fb_free(query);
}

fb_memory_table *fb_query_memory_table(fb_query *query)
{
    return query->table;
}

const char *fb_query_id(const fb_query *query)
{
    return fb_stream_id(query->stream);
}

const char *fb_query_run_id(const fb_query *query)
{
    return fb_stream_run_id(query->stream);
}

const char *fb_query_name(const fb_query *query)
{
    return query->name;
}

const char *fb_query_checkpoint(const fb_query *query)
{
    return query->checkpoint;
}

bool fb_query_is_new(const fb_query *query)
{
    return fb_stream_is_new(query->stream);
}

bool fb_query_is_temporary(const fb_query *query)
{
    return query->is_temporary;
}

int64_t fb_query_first_batch(const fb_query *query)
{
    return fb_stream_first_batch(query->stream);
}

int64_t fb_query_last_batch(const fb_query *query)
{
    return fb_stream_last_committed(query->stream);
}

bool fb_query_is_active(const fb_query *query)
{
    fb_query *self = (fb_query *)query;
    pthread_mutex_lock(&self->mutex);
    bool active = !self->ended;
    pthread_mutex_unlock(&self->mutex);
    return active;
}

void fb_query_stop(fb_query *query)
{
    if (!query->thread_started) return;
    fb_stream_stop(query->stream);
    pthread_mutex_lock(&query->mutex);
    while (!query->ended)
        pthread_cond_wait(&query->changed, &query->mutex);
    pthread_mutex_unlock(&query->mutex);
}

static fb_status report_failure(const fb_query *query, fb_error *err)
{
    if (query->status != FB_OK && err) *err = query->failure;
    return query->status;
}

fb_status fb_query_await(fb_query *query, int64_t timeout_ms, bool *ended, fb_error *err)
{
    /* Nobody waits longer than this: the sum must fit. */
    static const int64_t max_timeout_ms = INT64_C(1) << 50;
    if (timeout_ms > max_timeout_ms) timeout_ms = max_timeout_ms;
    int64_t deadline_us =
        fb_clock_monotonic_us(fb_clock_host()) + (timeout_ms < 0 ? 0 : timeout_ms * 1000);
    const struct timespec deadline = {.tv_sec = deadline_us / 1000000,
                                      .tv_nsec = deadline_us % 1000000 * 1000};
    fb_status status = FB_OK;
    pthread_mutex_lock(&query->mutex);
    while (!query->ended) {
        if (timeout_ms < 0)
            pthread_cond_wait(&query->changed, &query->mutex);
        else if (pthread_cond_timedwait(&query->changed, &query->mutex, &deadline) == ETIMEDOUT)
            break;
    }
    if (ended) *ended = query->ended;
    if (query->ended) status = report_failure(query, err);
    pthread_mutex_unlock(&query->mutex);
    return status;
}

/* The trigger that is under way may have looked at the sources before this call: only the second
 * idle trigger from now on has certainly seen what there was. */
fb_status fb_query_process_all_available(fb_query *query, fb_error *err)
{
    fb_status status = FB_OK;
    pthread_mutex_lock(&query->mutex);
    uint64_t target = query->idle_triggers + 2;
    while (!query->ended && query->idle_triggers < target) {
        fb_stream_wake(query->stream);
        pthread_cond_wait(&query->changed, &query->mutex);
    }
    if (query->ended) status = report_failure(query, err);
    pthread_mutex_unlock(&query->mutex);
    return status;
}

fb_progress *fb_query_last_progress(fb_query *query)
{
    fb_progress *last = NULL;
    pthread_mutex_lock(&query->mutex);
    if (query->recent_count > 0) {
        uint32_t place =
            (query->recent_first + query->recent_count - 1) % (query->recent_capacity + 1);
        last = fb_progress_acquire(query->recent[place]);
    }
    pthread_mutex_unlock(&query->mutex);
    return last;
}

size_t fb_query_recent_progress(fb_query *query, fb_progress **out, size_t capacity)
{
    pthread_mutex_lock(&query->mutex);
    size_t count = query->recent_count;
    for (size_t i = 0; i < count && i < capacity; i++)
        out[i] = fb_progress_acquire(
            query->recent[(query->recent_first + i) % (query->recent_capacity + 1)]);
    pthread_mutex_unlock(&query->mutex);
    return count;
}
