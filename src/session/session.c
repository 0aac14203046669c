/* SPDX-License-Identifier: Apache-2.0
 *
 * Creating sessions, their configuration and output. */
#include "base/memory.h"
#include "files/local.h"
#include "session/session_state.h"
#include "stream/settings.h"

#include <stdio.h>
#include <unistd.h>

static bool print_to_stdout(void *user, const char *text, size_t size_bytes)
{
    (void)user;
    return fwrite(text, 1, size_bytes, stdout) == size_bytes && fflush(stdout) == 0;
}

bool fb_session_print(void *user, const char *text, size_t size_bytes)
{
    fb_session *session = user;
    pthread_mutex_lock(&session->output_mutex);
    bool printed = session->options.output(session->options.output_user, text, size_bytes);
    pthread_mutex_unlock(&session->output_mutex);
    return printed;
}

fb_status fb_session_create_in(const fb_env *env, const fb_session_options *options,
                               fb_session **out, fb_error *err)
{
    *out = NULL;
    fb_session *session = fb_alloc_zero(1, sizeof *session);
    if (!session) return fb_fail_nomem(err, "a session");
    pthread_mutex_init(&session->output_mutex, NULL);
    pthread_mutex_init(&session->mutex, NULL);
    if (env) session->env = *env;
    if (!session->env.disk) session->env.disk = fb_disk_posix();
    if (!session->env.clock) session->env.clock = fb_clock_host();
    if (!session->env.random) session->env.random = fb_random_host();
    if (options) session->options = *options;
    if (!session->options.output) session->options.output = print_to_stdout;
    fb_status status = fb_conf_create(&session->conf, err);
    if (status == FB_OK)
        status = fb_filesystem_local_create(session->env.disk, session->env.random, &session->local,
                                            err);
    if (status != FB_OK) {
        fb_session_destroy(session);
        return status;
    }
    *out = session;
    return FB_OK;
}

fb_status fb_session_create(const fb_session_options *options, fb_session **out, fb_error *err)
{
    return fb_session_create_in(NULL, options, out, err);
}

void fb_session_destroy(fb_session *session)
{
    if (!session) return;
    for (uint32_t i = 0; i < session->script_query_count; i++)
        fb_query_destroy(session->script_queries[i]);
    fb_free(session->script_queries);
    fb_session_drop_views(session);
    fb_workers_destroy(session->workers);
    fb_filesystem_close(session->local);
    fb_conf_destroy(session->conf);
    fb_free(session->listeners);
    pthread_mutex_destroy(&session->output_mutex);
    pthread_mutex_destroy(&session->mutex);
    fb_free(session);
}

fb_status fb_session_conf_set(fb_session *session, fb_slice key, fb_slice value, fb_error *err)
{
    FB_TRY(fb_setting_check(key, value, err));
    if (fb_slice_is(key, "spark.sql.session.timeZone")) {
        const fb_timezone *zone;
        fb_status status = fb_timezone_find(value, &zone, err);
        if (status != FB_OK && err)
            (void)snprintf(err->condition, sizeof err->condition, "INVALID_CONF_VALUE.TIME_ZONE");
        if (status != FB_OK) return status;
    }
    if (session->workers && fb_slice_is(key, "forebay.threads"))
        return fb_fail(err, FB_E_INVALID, 0,
                       "forebay.threads cannot change after the session's first query");
    return fb_conf_set(session->conf, key, value, err);
}

fb_status fb_session_set(fb_session *session, const char *key, const char *value, fb_error *err)
{
    if (!key || !value) return fb_fail(err, FB_E_INVALID, 0, "a setting needs a key and a value");
    return fb_session_conf_set(session, fb_slice_of(key), fb_slice_of(value), err);
}

const char *fb_session_get(fb_session *session, const char *key)
{
    fb_slice value;
    uint32_t count;
    const fb_option_spec *specs = fb_setting_specs(&count);
    if (!key) return NULL;
    if (fb_conf_get(session->conf, fb_slice_of(key), &value)) return value.data;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(specs[i].name, key) == 0) return specs[i].default_text;
    return NULL;
}

fb_status fb_session_timezone(fb_session *session, const fb_timezone **out, fb_error *err)
{
    fb_slice id = fb_setting_get(session->conf, "spark.sql.session.timeZone").text;
    *out = fb_timezone_host();
    return id.size ? fb_timezone_find(id, out, err) : FB_OK;
}

fb_status fb_session_workers(fb_session *session, fb_workers **out, fb_error *err)
{
    if (!session->workers) {
        int64_t threads = fb_setting_get(session->conf, "forebay.threads").number;
        if (threads == 0) threads = sysconf(_SC_NPROCESSORS_ONLN);
        /* The query's own thread works too. */
        uint32_t helpers = threads > 1 ? (uint32_t)threads - 1 : 0;
        FB_TRY(fb_workers_create(helpers, &session->workers, err));
    }
    *out = session->workers;
    return FB_OK;
}

fb_status fb_session_add_listener(fb_session *session, const fb_listener *listener, fb_error *err)
{
    fb_listener *listeners =
        fb_realloc(session->listeners, (session->listener_count + 1) * sizeof *listeners);
    if (!listeners) return fb_fail_nomem(err, "a listener");
    session->listeners = listeners;
    session->listeners[session->listener_count++] = *listener;
    return FB_OK;
}

size_t fb_session_queries(fb_session *session, fb_query **out, size_t capacity)
{
    for (size_t i = 0; i < session->script_query_count && i < capacity; i++)
        out[i] = session->script_queries[i];
    return session->script_query_count;
}
