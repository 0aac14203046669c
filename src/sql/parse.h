/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL text to unresolved trees (plan/raw.h). */
#ifndef FB_SQL_PARSE_H
#define FB_SQL_PARSE_H

#include "plan/raw.h"

/* Parses a whole script: statements separated by semicolons. `file` names it in errors ("job.sql"
 * or "<command line>"). Trees and all their text live in `arena`; `text` may go away. Syntax
 * errors: FB_E_SYNTAX, condition PARSE_SYNTAX_ERROR, message formatted by fb_sql_error with what
 * was expected. */
fb_status fb_sql_parse(fb_arena *arena, const char *file, fb_slice text, fb_script *out,
                       fb_error *err) FB_CHECKED;
/* One expression, as in select_expr("CAST(a AS STRING) AS b"). */
fb_status fb_sql_parse_expression(fb_arena *arena, fb_slice text, const fb_raw_expr **out,
                                  fb_error *err) FB_CHECKED;
/* One key of a sort: "a DESC NULLS LAST". */
fb_status fb_sql_parse_sort_key(fb_arena *arena, fb_slice text, fb_raw_sort_key *out,
                                fb_error *err) FB_CHECKED;
/* A schema: "a INT, b STRUCT<c: STRING> NOT NULL", or a single type. */
fb_status fb_sql_parse_schema(fb_arena *arena, fb_slice text, const fb_type **out,
                              fb_error *err) FB_CHECKED;

/* Rewrites `err->message` of an error at err->line, err->column into
 *   job.sql:3:38: error: <message>
 *     3 | <source line>
 *       |                ^~~~~~
 * keeping condition and status. `length`: characters to underline. */
void fb_sql_show_place(fb_error *err, const char *file, fb_slice text, uint32_t length);

#endif
