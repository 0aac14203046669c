/* SPDX-License-Identifier: Apache-2.0
 *
 * The views of a session. While a plan is analysed, `session->analyzing` is the memory that it is
 * made in: every view that analysis finds is noted there, because the plan will refer to it. */
#include "base/memory.h"
#include "session/session_state.h"
#include "stream/settings.h"

static fb_view *find(fb_session *session, fb_slice name)
{
    for (uint32_t i = 0; i < session->view_count; i++)
        if (fb_slice_equal_nocase(fb_slice_of(session->views[i].name), name))
            return &session->views[i];
    return NULL;
}

static const fb_plan *find_view(void *user, fb_slice name)
{
    fb_session *session = user;
    fb_view *view = find(session, name);
    if (!view) return NULL;
    fb_status status = fb_plan_memory_need(session->analyzing, view->memory, NULL);
    if (status != FB_OK) session->analyzing_status = status;
    return view->plan;
}

static uint32_t list_views(void *user, const char *const **names)
{
    fb_session *session = user;
    *names = session->view_names;
    return session->view_count;
}

static fb_status begin(fb_session *session, fb_plan_memory *memory, const fb_catalog *catalog,
                       fb_analysis *out, fb_error *err)
{
    *out = (fb_analysis){.arena = &memory->arena,
                         .catalog = catalog,
                         .ansi = fb_setting_get(session->conf, "spark.sql.ansi.enabled").boolean,
                         .case_sensitive =
                             fb_setting_get(session->conf, "spark.sql.caseSensitive").boolean};
    session->analyzing = memory;
    session->analyzing_status = FB_OK;
    return fb_session_timezone(session, &out->timezone, err);
}

static fb_status end(fb_session *session, fb_status status, fb_error *err)
{
    session->analyzing = NULL;
    if (status == FB_OK && session->analyzing_status != FB_OK) return fb_fail_nomem(err, "a plan");
    return status;
}

fb_status fb_session_analyze(fb_session *session, fb_plan_memory *memory, const fb_raw_plan *raw,
                             const fb_plan **out, fb_error *err)
{
    const fb_catalog catalog = {session, find_view, list_views};
    fb_analysis analysis;
    FB_TRY(begin(session, memory, &catalog, &analysis, err));
    return end(session, fb_analyze(&analysis, raw, out, err), err);
}

fb_status fb_session_analyze_read(fb_session *session, fb_plan_memory *memory,
                                  const fb_raw_plan *read, void *user, const fb_plan **out,
                                  fb_error *err)
{
    const fb_catalog catalog = {session, find_view, list_views};
    fb_analysis analysis;
    FB_TRY(begin(session, memory, &catalog, &analysis, err));
    return end(session, fb_analyze_read(&analysis, read, user, out, err), err);
}

static fb_status grow_views(fb_session *session, fb_error *err)
{
    if (session->view_count < session->view_capacity) return FB_OK;
    uint32_t capacity = session->view_capacity ? session->view_capacity * 2 : 8;
    fb_view *views = fb_realloc(session->views, capacity * sizeof *views);
    if (!views) return fb_fail_nomem(err, "a view");
    session->views = views;
    const char **names = fb_realloc((void *)session->view_names, capacity * sizeof(char *));
    if (!names) return fb_fail_nomem(err, "a view");
    session->view_names = names;
    session->view_capacity = capacity;
    return FB_OK;
}

fb_status fb_session_put_view(fb_session *session, fb_slice name, bool or_replace,
                              fb_plan_memory *memory, const fb_plan *plan, fb_error *err)
{
    fb_view *view = find(session, name);
    if (view && !or_replace)
        return fb_fail_condition(err, FB_E_ANALYSIS, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
                                 "Cannot create the temporary view `%.*s` because it already "
                                 "exists. Choose a different name, or write CREATE OR REPLACE "
                                 "TEMPORARY VIEW.",
                                 FB_SLICE_ARGS(name));
    if (view) {
        fb_plan_memory_release(view->memory);
        view->memory = fb_plan_memory_acquire(memory);
        view->plan = plan;
        return FB_OK;
    }
    FB_TRY(grow_views(session, err));
    char *copy = fb_alloc(name.size + 1);
    if (!copy) return fb_fail_nomem(err, "a view");
    memcpy(copy, name.data, name.size);
    copy[name.size] = '\0';
    session->view_names[session->view_count] = copy;
    session->views[session->view_count++] =
        (fb_view){.name = copy, .memory = fb_plan_memory_acquire(memory), .plan = plan};
    return FB_OK;
}

void fb_session_drop_views(fb_session *session)
{
    for (uint32_t i = 0; i < session->view_count; i++) {
        fb_plan_memory_release(session->views[i].memory);
        fb_free(session->views[i].name);
    }
    fb_free(session->views);
    fb_free((void *)session->view_names);
    session->view_count = session->view_capacity = 0;
}
