/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a script: statement after statement, then the queries of its streaming tables, so that
 * nothing has started when a statement further down turns out to be wrong. */
#include "base/memory.h"
#include "session/session_state.h"
#include "sql/parse.h"
#include "stream/settings.h"

/* A streaming table that waits to be started. */
typedef struct pending {
    const fb_plan *plan;
    fb_query_plan how;
    fb_position position;
} pending;

typedef struct run {
    fb_session *session;
    const char *name;
    fb_slice text;
    fb_script_options options;
    fb_plan_memory *memory;
    pending *tables;
    uint32_t table_count, table_capacity;
    fb_error *err;
} run;

/* Shows where in the script an error lies, when it knows. */
static fb_status show_place(run *r, fb_status status, uint32_t length)
{
    if (status != FB_OK && r->err && r->err->line > 0)
        fb_sql_show_place(r->err, r->name, r->text, length);
    return status;
}

static fb_status fail_at(run *r, fb_position position, fb_status status)
{
    if (r->err) {
        r->err->line = position.line;
        r->err->column = position.column;
    }
    return show_place(r, status, position.length);
}

static fb_status print(run *r, fb_buf *text)
{
    fb_status status = FB_OK;
    if (text->failed)
        status = fb_fail_nomem(r->err, "the output");
    else if (!fb_session_print(r->session, fb_buf_text(text), text->size))
        status = fb_fail(r->err, FB_E_IO, 0, "the output cannot be written");
    fb_buf_deinit(text);
    return status;
}

/* --- SET --- */

static void print_setting(fb_buf *out, fb_slice key, const char *value)
{
    fb_buf_printf(out, "%.*s\t%s\n", FB_SLICE_ARGS(key), value ? value : "<undefined>");
}

static fb_status print_settings(run *r)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    for (uint32_t i = 0; i < fb_conf_count(r->session->conf); i++) {
        fb_slice key, value;
        fb_conf_at(r->session->conf, i, &key, &value);
        print_setting(&text, key, value.data);
    }
    return print(r, &text);
}

static fb_status run_set(run *r, const fb_statement *statement)
{
    if (!statement->key.size) return print_settings(r);
    if (statement->has_value) {
        fb_status status =
            fb_session_conf_set(r->session, statement->key, statement->value, r->err);
        return status == FB_OK ? FB_OK : fail_at(r, statement->position, status);
    }
    const char *key = fb_arena_strdup(&r->memory->arena, statement->key);
    if (!key) return fb_fail_nomem(r->err, "a setting");
    fb_buf text;
    fb_buf_init(&text, 0);
    print_setting(&text, statement->key, fb_session_get(r->session, key));
    return print(r, &text);
}

static fb_status run_reset(run *r, const fb_statement *statement)
{
    if (statement->key.size) {
        fb_conf_remove(r->session->conf, statement->key);
        return FB_OK;
    }
    while (fb_conf_count(r->session->conf) > 0) {
        fb_slice key, value;
        fb_conf_at(r->session->conf, 0, &key, &value);
        fb_conf_remove(r->session->conf, key);
    }
    return FB_OK;
}

/* --- plans --- */

static fb_status analyze(run *r, const fb_raw_plan *raw, const fb_plan **out)
{
    fb_status status = raw->kind == FB_RAW_READ
                           ? fb_session_analyze_read(r->session, r->memory, raw, NULL, out, r->err)
                           : fb_session_analyze(r->session, r->memory, raw, out, r->err);
    return show_place(r, status, 0);
}

static fb_status run_view(run *r, const fb_statement *statement)
{
    const fb_plan *plan;
    FB_TRY(analyze(r, statement->plan, &plan));
    bool case_sensitive = fb_setting_get(r->session->conf, "spark.sql.caseSensitive").boolean;
    fb_status status = fb_plan_check_names(plan, case_sensitive, &r->memory->arena, r->err);
    if (status == FB_OK)
        status = fb_session_put_view(r->session, statement->name, statement->or_replace, r->memory,
                                     plan, r->err);
    return status == FB_OK ? FB_OK : fail_at(r, statement->name_position, status);
}

static fb_status run_select(run *r, const fb_statement *statement)
{
    const fb_plan *plan;
    FB_TRY(analyze(r, statement->plan, &plan));
    fb_status status = fb_session_print_rows(r->session, plan, r->options.format, r->err);
    return show_place(r, status, 0);
}

/* A streaming table's name is its query's unless queryName says otherwise. */
static fb_status prepare_table(run *r, const fb_statement *statement, pending *out)
{
    *out = (pending){.position = statement->name_position};
    FB_TRY(analyze(r, statement->plan, &out->plan));
    uint32_t length;
    fb_status status =
        fb_query_plan_parse(&r->memory->arena, statement->format, statement->format_position,
                            &statement->options, &out->how, &length, r->err);
    if (status != FB_OK) return show_place(r, status, length);
    status = fb_plan_check_streaming(out->plan, out->how.mode, r->err);
    if (status != FB_OK) return fail_at(r, statement->plan->position, status);
    if (!out->how.name.size) out->how.name = statement->name;
    out->how.script_name = r->name;
    out->how.script_text = r->text;
    return FB_OK;
}

static fb_status run_table(run *r, const fb_statement *statement)
{
    if (r->options.batch_only)
        return fail_at(r, statement->position,
                       fb_fail(r->err, FB_E_UNSUPPORTED, 0,
                               "a streaming table does not belong into a script of batch "
                               "statements; 'forebay run' runs it"));
    if (r->table_count == r->table_capacity) {
        uint32_t capacity = r->table_capacity ? r->table_capacity * 2 : 4;
        pending *tables = fb_realloc(r->tables, capacity * sizeof *tables);
        if (!tables) return fb_fail_nomem(r->err, "a streaming table");
        r->tables = tables;
        r->table_capacity = capacity;
    }
    FB_TRY(prepare_table(r, statement, &r->tables[r->table_count]));
    const pending *added = &r->tables[r->table_count];
    for (uint32_t i = 0; i < r->table_count; i++)
        if (fb_slice_equal(r->tables[i].how.name, added->how.name))
            return fail_at(r, statement->name_position,
                           fb_fail(r->err, FB_E_EXISTS, 0,
                                   "two streaming tables of this script are named '%.*s'",
                                   FB_SLICE_ARGS(added->how.name)));
    r->table_count++;
    return FB_OK;
}

static fb_status run_explain(run *r, const fb_statement *statement)
{
    const fb_statement *explained = statement->explained;
    const fb_plan *plan;
    pending table;
    if (explained->kind == FB_STATEMENT_STREAM_TABLE) {
        FB_TRY(prepare_table(r, explained, &table));
        plan = table.plan;
    } else {
        FB_TRY(analyze(r, explained->plan, &plan));
    }
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_status status = fb_plan_explain(plan, &text, r->err);
    if (status == FB_OK) return print(r, &text);
    fb_buf_deinit(&text);
    return status;
}

static fb_status run_statement(run *r, const fb_statement *statement)
{
    switch (statement->kind) {
    case FB_STATEMENT_SET:
        return run_set(r, statement);
    case FB_STATEMENT_RESET:
        return run_reset(r, statement);
    case FB_STATEMENT_VIEW:
        return run_view(r, statement);
    case FB_STATEMENT_STREAM_TABLE:
        return run_table(r, statement);
    case FB_STATEMENT_SELECT:
        return run_select(r, statement);
    case FB_STATEMENT_EXPLAIN:
        return run_explain(r, statement);
    }
    return FB_OK;
}

/* --- queries --- */

static fb_status start_table(run *r, const pending *table)
{
    fb_session *session = r->session;
    fb_query **queries =
        fb_realloc(session->script_queries, (session->script_query_count + 1) * sizeof(fb_query *));
    if (!queries) return fb_fail_nomem(r->err, "a query");
    session->script_queries = queries;
    fb_query *query;
    fb_status status = fb_query_start(session, r->memory, table->plan, &table->how, &query, r->err);
    if (status != FB_OK) return show_place(r, status, 0);
    session->script_queries[session->script_query_count++] = query;
    return FB_OK;
}

static fb_status start_tables(run *r)
{
    uint32_t started_before = r->session->script_query_count;
    for (uint32_t i = 0; i < r->table_count; i++) {
        fb_status status = start_table(r, &r->tables[i]);
        if (status == FB_OK) continue;
        /* All of a script or nothing. */
        while (r->session->script_query_count > started_before)
            fb_query_destroy(r->session->script_queries[--r->session->script_query_count]);
        return status;
    }
    return FB_OK;
}

static fb_status run_script(run *r)
{
    fb_script script;
    FB_TRY(fb_sql_parse(&r->memory->arena, r->name, r->text, &script, r->err));
    for (uint32_t i = 0; i < script.count; i++)
        FB_TRY(run_statement(r, &script.statements[i]));
    return start_tables(r);
}

fb_status fb_session_run_script(fb_session *session, const char *name, const char *text,
                                size_t size_bytes, const fb_script_options *options, fb_error *err)
{
    run r = {.session = session,
             .name = name ? name : "<script>",
             .text = {text, size_bytes},
             .err = err};
    if (options) r.options = *options;
    FB_TRY(fb_plan_memory_create(&r.memory, err));
    fb_status status = run_script(&r);
    fb_plan_memory_release(r.memory);
    fb_free(r.tables);
    return status;
}

fb_status fb_session_frame(fb_session *session, const char *query, fb_frame **out, fb_error *err)
{
    *out = NULL;
    if (!query) return fb_fail(err, FB_E_INVALID, 0, "a frame needs a SELECT");
    fb_plan_memory *memory;
    FB_TRY(fb_plan_memory_create(&memory, err));
    run r = {.session = session,
             .name = "<query>",
             .text = fb_slice_of(query),
             .memory = memory,
             .err = err};
    fb_script script = {0};
    const fb_plan *plan;
    fb_status status = fb_sql_parse(&memory->arena, r.name, r.text, &script, err);
    if (status == FB_OK && (script.count != 1 || script.statements[0].kind != FB_STATEMENT_SELECT))
        status = fb_fail(err, FB_E_INVALID, 0, "a frame is described by one SELECT");
    if (status == FB_OK) status = analyze(&r, script.statements[0].plan, &plan);
    if (status == FB_OK) return fb_frame_make(session, memory, plan, out, err);
    fb_plan_memory_release(memory);
    return status;
}
