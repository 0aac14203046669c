/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/parse.h"

#include "base/memory.h"
#include "base/options.h"
#include "sql/build.h"

#include "grammar.h"

enum {
    MAX_TEXT_BYTES = 16 << 20,
    MAX_TOKENS = 1 << 20, /* of one statement */
};

typedef struct tokens {
    fb_sql_token *items;
    uint32_t count, capacity;
} tokens;

static fb_status add_token(fb_sql_build *sql, tokens *list, fb_sql_token token)
{
    if (list->count == MAX_TOKENS)
        return fb_sql_fail(sql, fb_sql_token_span(token), FB_E_LIMIT, "FAILED_TO_PARSE_TOO_COMPLEX",
                           "the statement has more than %d words", MAX_TOKENS);
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 256;
        fb_sql_token *items = fb_realloc(list->items, capacity * sizeof *items);
        if (!items) return fb_sql_fail_nomem(sql);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = token;
    return FB_OK;
}

static fb_status lex_failure(fb_sql_build *sql, fb_sql_token at, fb_sql_lex_error error)
{
    return fb_sql_fail(sql, fb_sql_token_span(at), FB_E_SYNTAX, error.condition, "%s", error.text);
}

/* The tokens up to a semicolon or the end of the text; the last one has kind 0. */
static fb_status read_tokens(fb_sql_build *sql, fb_sql_lexer *lexer, tokens *list)
{
    list->count = 0;
    for (;;) {
        fb_sql_token token;
        fb_sql_lex_error error;
        if (!fb_sql_lex(lexer, &token, &error)) return lex_failure(sql, token, error);
        if (token.kind == FB_TK_SEMICOLON) token.kind = 0;
        FB_TRY(add_token(sql, list, token));
        if (token.kind == 0) break;
    }
    lexer->type_depth = 0;
    fb_sql_settle_keywords(list->items, list->count);
    return FB_OK;
}

/* --- the text --- */

/* A copy in the arena with a NUL behind it; refuses what no editor would write. */
static fb_status take_text(fb_sql_build *sql, fb_slice text)
{
    if (text.size > MAX_TEXT_BYTES)
        return sql->status = fb_fail(sql->err, FB_E_LIMIT, 0, "%s: the text is larger than %d MiB",
                                     sql->file, MAX_TEXT_BYTES >> 20);
    static const char mark[] = "\xef\xbb\xbf";
    if (fb_slice_starts_with(text, fb_slice_of(mark)))
        text = (fb_slice){text.data + 3, text.size - 3};
    char *copy = fb_arena_strdup(sql->arena, text);
    if (!copy) return fb_sql_fail_nomem(sql);
    sql->text = (fb_slice){copy, text.size};
    return FB_OK;
}

/* Length of the well-formed UTF-8 character at `c`, 0: it is none. */
static size_t utf8_length(const unsigned char *c, size_t size)
{
    size_t length = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    if (c[0] > 0xf4 || length > size) return 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80) return 0;
    bool is_overlong = (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90);
    bool is_outside = (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf4 && c[1] > 0x8f);
    return is_overlong || is_outside ? 0 : length;
}

static fb_status check_text(fb_sql_build *sql)
{
    uint32_t line = 1, column = 1;
    const unsigned char *c = (const unsigned char *)sql->text.data, *end = c + sql->text.size;
    while (c < end) {
        size_t length = utf8_length(c, (size_t)(end - c));
        if (!length || !*c) {
            fb_sql_span at = {.text = {(const char *)c, 0}, .line = line, .column = column};
            return fb_sql_fail(
                sql, at, FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                length ? "the text contains a NUL byte" : "the text is not UTF-8: byte 0x%02x", *c);
        }
        column++;
        if (*c == '\n') {
            line++;
            column = 1;
        }
        c += length;
    }
    return FB_OK;
}

static fb_status start(fb_sql_build *sql, fb_slice text, fb_sql_lexer *lexer)
{
    FB_TRY(take_text(sql, text));
    FB_TRY(check_text(sql));
    *lexer = (fb_sql_lexer){
        .cursor = sql->text.data, .end = sql->text.data + sql->text.size, .line = 1, .column = 1};
    return FB_OK;
}

/* --- statements --- */

/* Spark's other statements, to be refused by name rather than with a syntax error. */
static fb_status refuse_statement(fb_sql_build *sql, const fb_sql_token *first)
{
    static const char *const words[] = {
        "ADD",     "ALTER",  "ANALYZE", "BEGIN",    "CACHE",   "CALL",    "CLEAR",  "COMMENT",
        "DECLARE", "DELETE", "DESC",    "DESCRIBE", "DROP",    "EXECUTE", "FROM",   "GRANT",
        "INSERT",  "LIST",   "LOAD",    "MAP",      "MERGE",   "MSCK",    "REDUCE", "REFRESH",
        "REPAIR",  "REVOKE", "SHOW",    "TRUNCATE", "UNCACHE", "UPDATE",  "USE",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fb_slice_equal_nocase(first->text, fb_slice_of(words[i])))
            return fb_sql_fail(sql, fb_sql_token_span(*first), FB_E_UNSUPPORTED, "",
                               "the statement %s is not supported yet", words[i]);
    if (first->kind == FB_TK_WITH && first[1].kind == FB_TK_IDENT &&
        fb_slice_equal_nocase(first[1].text, FB_SLICE("recursive")) && first[2].kind == FB_TK_IDENT)
        return fb_sql_fail(sql, fb_sql_token_span(first[1]), FB_E_UNSUPPORTED, "",
                           "WITH RECURSIVE is not supported yet");
    static const char *const modes[] = {"FORMATTED", "CODEGEN", "COST", "LOGICAL", "ANALYZE"};
    for (size_t i = 0; first->kind == FB_TK_EXPLAIN && i < sizeof modes / sizeof *modes; i++)
        if (fb_slice_equal_nocase(first[1].text, fb_slice_of(modes[i])))
            return fb_sql_fail(sql, fb_sql_token_span(first[1]), FB_E_UNSUPPORTED, "",
                               "EXPLAIN %s is not supported yet; there is EXPLAIN [EXTENDED]",
                               modes[i]);
    return FB_OK;
}

static fb_status parse_tokens(fb_sql_build *sql, const tokens *list, fb_statement *out)
{
    const fb_sql_token *first = &list->items[0], *last = &list->items[list->count - 1];
    FB_TRY(refuse_statement(sql, first));
    sql->cte_count = 0;
    FB_TRY(fb_sql_run_grammar(sql, FB_SQL_STATEMENT, list->items, list->count));
    const char *end = last[-1].text.data + last[-1].text.size;
    for (fb_statement *statement = sql->statement; statement;) {
        fb_sql_span span = fb_sql_token_span(*first);
        span.text.size = (size_t)(end - first->text.data);
        statement->position = fb_sql_position(span);
        statement->text = span.text;
        first += statement->explain_extended ? 2 : 1;
        /* Made by the grammar a moment ago: the statement behind EXPLAIN [EXTENDED]. */
        statement = (fb_statement *)statement->explained;
    }
    *out = *sql->statement;
    return FB_OK;
}

/* SET and RESET run to the semicolon, whatever lies between; backquotes protect it. */
static fb_status parse_setting(fb_sql_build *sql, fb_sql_lexer *lexer, fb_sql_token at,
                               fb_statement *out)
{
    const char *c = lexer->cursor, *quote_end;
    for (; *c && *c != ';'; c++) {
        if (*c != '`') continue;
        quote_end = memchr(c + 1, '`', (size_t)(lexer->end - c - 1));
        if (quote_end) c = quote_end;
    }
    fb_sql_span span = {{lexer->cursor, (size_t)(c - lexer->cursor)}, at.line, at.column};
    fb_sql_move_to(lexer, *c == ';' ? c + 1 : c);
    return fb_sql_parse_setting(sql, span, out);
}

static bool is_setting(const fb_sql_lexer *lexer)
{
    fb_sql_lexer ahead = *lexer;
    fb_sql_token token;
    fb_sql_lex_error error;
    return fb_sql_lex(&ahead, &token, &error) &&
           (fb_slice_equal_nocase(token.text, FB_SLICE("set")) ||
            fb_slice_equal_nocase(token.text, FB_SLICE("reset")));
}

static fb_status parse_script(fb_sql_build *sql, fb_sql_lexer *lexer, tokens *list,
                              fb_sql_vector *statements)
{
    for (;;) {
        fb_sql_token token;
        fb_sql_lex_error error;
        fb_statement statement;
        if (!fb_sql_skip_space(lexer, &token, &error)) return lex_failure(sql, token, error);
        if (lexer->cursor == lexer->end) return FB_OK;
        if (is_setting(lexer)) {
            FB_TRY(parse_setting(sql, lexer, token, &statement));
        } else {
            FB_TRY(read_tokens(sql, lexer, list));
            if (list->count == 1) continue; /* a lone semicolon */
            FB_TRY(parse_tokens(sql, list, &statement));
        }
        *statements = fb_sql_append(sql, *statements, &statement, sizeof statement);
        if (sql->status != FB_OK) return sql->status;
    }
}

fb_status fb_sql_parse(fb_arena *arena, const char *file, fb_slice text, fb_script *out,
                       fb_error *err)
{
    *out = (fb_script){0};
    fb_sql_build sql = {.arena = arena, .file = file, .err = err};
    fb_sql_lexer lexer;
    tokens list = {0};
    fb_sql_vector statements = {0};
    FB_TRY(start(&sql, text, &lexer));
    fb_status status = parse_script(&sql, &lexer, &list, &statements);
    fb_free(list.items);
    if (status == FB_OK) *out = (fb_script){statements.items, statements.count};
    return status;
}

/* The whole text as one expression or schema. */
static fb_status parse_goal(fb_sql_build *sql, fb_sql_goal goal, fb_slice text)
{
    fb_sql_lexer lexer;
    tokens list = {0};
    FB_TRY(start(sql, text, &lexer));
    fb_status status = read_tokens(sql, &lexer, &list);
    if (status == FB_OK && lexer.cursor < lexer.end)
        status = fb_sql_fail(sql, fb_sql_token_span(list.items[list.count - 1]), FB_E_SYNTAX,
                             "PARSE_SYNTAX_ERROR", "syntax error at or near ';'");
    if (status == FB_OK) status = fb_sql_run_grammar(sql, goal, list.items, list.count);
    fb_free(list.items);
    return status;
}

fb_status fb_sql_parse_expression(fb_arena *arena, fb_slice text, const fb_raw_expr **out,
                                  fb_error *err)
{
    *out = NULL;
    fb_sql_build sql = {.arena = arena, .file = "<expression>", .err = err};
    FB_TRY(parse_goal(&sql, FB_SQL_EXPRESSION, text));
    *out = sql.expression;
    return FB_OK;
}

fb_status fb_sql_parse_sort_key(fb_arena *arena, fb_slice text, fb_raw_sort_key *out, fb_error *err)
{
    *out = (fb_raw_sort_key){0};
    fb_sql_build sql = {.arena = arena, .file = "<expression>", .err = err};
    FB_TRY(parse_goal(&sql, FB_SQL_SORT_KEY, text));
    *out = sql.sort_key;
    return FB_OK;
}

fb_status fb_sql_parse_schema(fb_arena *arena, fb_slice text, const fb_type **out, fb_error *err)
{
    *out = NULL;
    fb_sql_build sql = {.arena = arena, .file = "<schema>", .err = err};
    FB_TRY(parse_goal(&sql, FB_SQL_SCHEMA, text));
    *out = sql.type;
    return FB_OK;
}
