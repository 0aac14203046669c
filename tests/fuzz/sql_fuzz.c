/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQL parser: any bytes give trees or one error that has a place. The first byte picks what is
 * parsed: s script, e expression, t schema. */
#include "base/assert.h"
#include "sql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_script(const fb_script *script, fb_slice text)
{
    for (uint32_t i = 0; i < script->count; i++) {
        const fb_statement *statement = &script->statements[i];
        FB_ASSERT(statement->position.line > 0 && statement->position.column > 0);
        FB_ASSERT(statement->text.size <= text.size);
        FB_ASSERT((statement->kind != FB_STATEMENT_SELECT) || statement->plan);
    }
}

static void check_failure(const fb_error *err, fb_status status)
{
    FB_ASSERT(err->status == status && err->message[0] && status != FB_E_NOMEM);
    FB_ASSERT(!err->line == !err->column);
    if (status == FB_E_SYNTAX) FB_ASSERT(err->line > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    fb_slice text = fb_slice_make(data + 1, size - 1);
    fb_arena arena;
    fb_error err = {0};
    fb_status status = FB_OK;
    fb_script script = {0};
    const fb_raw_expr *expr = NULL;
    const fb_type *type = NULL;
    fb_arena_init(&arena, 0);
    switch (data[0]) {
    case 's':
        status = fb_sql_parse(&arena, "fuzz.sql", text, &script, &err);
        if (status == FB_OK) check_script(&script, text);
        break;
    case 'e':
        status = fb_sql_parse_expression(&arena, text, &expr, &err);
        if (status == FB_OK) FB_ASSERT(expr);
        break;
    case 't':
        status = fb_sql_parse_schema(&arena, text, &type, &err);
        if (status == FB_OK) FB_ASSERT(type);
        break;
    default:
        break;
    }
    if (status != FB_OK) check_failure(&err, status);
    fb_arena_deinit(&arena);
    return 0;
}
