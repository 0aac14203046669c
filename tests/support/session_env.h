/* SPDX-License-Identifier: Apache-2.0
 *
 * A session whose output is kept, for tests of what scripts print and say. */
#ifndef FB_TEST_SESSION_ENV_H
#define FB_TEST_SESSION_ENV_H

#include "base/buf.h"
#include "test.h"

#include <forebay/forebay.h>

typedef struct session_env {
    fb_session *session;
    fb_buf output;
    bool refuse; /* the output fails */
    fb_error err;
} session_env;

static inline bool session_env_print(void *user, const char *text, size_t size_bytes)
{
    session_env *env = user;
    if (!env->refuse) fb_buf_add(&env->output, text, size_bytes);
    return !env->refuse;
}

static inline int session_env_init(session_env *env)
{
    *env = (session_env){0};
    fb_buf_init(&env->output, 0);
    const fb_session_options options = {session_env_print, env};
    if (fb_session_create(&options, &env->session, &env->err) != FB_OK) return -1;
    return fb_session_set(env->session, "spark.sql.session.timeZone", "UTC", &env->err);
}

static inline void session_env_deinit(session_env *env)
{
    fb_session_destroy(env->session);
    fb_buf_deinit(&env->output);
}

/* Runs a script; what it printed since the last call is in `output`. */
static inline fb_status session_env_run(session_env *env, const char *text, fb_result_format format)
{
    const fb_script_options options = {.format = format};
    fb_buf_clear(&env->output);
    env->err = (fb_error){0};
    return fb_session_run_script(env->session, "job.sql", text, strlen(text), &options, &env->err);
}

#endif
