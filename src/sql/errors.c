/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors with their place: the source line, a caret, what was expected. */
#include "base/options.h"
#include "base/utf8.h"
#include "sql/build.h"
#include "sql/parse.h"

#include "grammar.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_KINDS = 256, LINE_CHARS = 160, LEFT_CHARS = 100 };

/* --- the place --- */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static const char *skip_chars(const char *c, const char *end, uint32_t count)
{
    for (; count && c < end; count--)
        for (c++; c < end && is_continuation(*c);)
            c++;
    return c;
}

static fb_slice find_line(fb_slice text, uint32_t line)
{
    const char *c = text.data, *end = text.data + text.size;
    for (uint32_t i = 1; i < line && c; i++) {
        c = c < end ? memchr(c, '\n', (size_t)(end - c)) : NULL;
        if (c) c++;
    }
    if (!c) return (fb_slice){0};
    const char *stop = c < end ? memchr(c, '\n', (size_t)(end - c)) : NULL;
    if (!stop) stop = end;
    if (stop > c && stop[-1] == '\r') stop--;
    return fb_slice_make(c, (size_t)(stop - c));
}

/* Characters of the word, string or sign at `c`. */
static uint32_t token_length(const char *c, const char *end)
{
    char buffer[256];
    size_t size = (size_t)(end - c) < sizeof buffer - 1 ? (size_t)(end - c) : sizeof buffer - 1;
    memcpy(buffer, c, size);
    buffer[size] = '\0';
    fb_sql_lexer lexer = {.cursor = buffer, .end = buffer + size, .line = 1, .column = 1};
    fb_sql_token token;
    fb_sql_lex_error error;
    if (!fb_sql_lex(&lexer, &token, &error) || token.column != 1) return 1;
    return token.text.size ? lexer.column - 1 : 1;
}

/* A terminal would take some characters for commands; bytes that are no text it cannot show. */
static void add_printable(fb_buf *out, fb_slice text)
{
    for (size_t i = 0; i < text.size;) {
        char bytes[FB_UTF8_MAX_BYTES];
        uint32_t character = fb_utf8_next(text, &i);
        bool is_control = character < ' ' || (character >= 0x7f && character < 0xa0);
        fb_buf_add_slice(out,
                         fb_slice_make(bytes, fb_utf8_put(is_control ? ' ' : character, bytes)));
    }
}

static void add_line(fb_buf *out, fb_slice line, uint32_t number, uint32_t column, uint32_t length)
{
    const char *end = line.data + line.size;
    /* Of a very long line the part around the place is shown. */
    uint32_t skipped = column > LEFT_CHARS ? column - LEFT_CHARS : 0;
    const char *from = skip_chars(line.data, end, skipped);
    const char *until = skip_chars(from, end, LINE_CHARS);
    fb_buf_printf(out, "\n%3u | %s", number, skipped ? "..." : "");
    add_printable(out, fb_slice_make(from, (size_t)(until - from)));
    if (until < end) fb_buf_add_text(out, "...");
    fb_buf_add_text(out, "\n    | ");
    fb_buf_add_repeat(out, ' ', (column ? column - 1 : 0) - skipped + (skipped ? 3 : 0));
    fb_buf_add_char(out, '^');
    uint32_t room = LINE_CHARS - (column - skipped);
    if (length > 1) fb_buf_add_repeat(out, '~', (length < room ? length : room) - 1);
}

void fb_sql_show_place(fb_error *err, const char *file, fb_slice text, uint32_t length)
{
    if (!err || err->line == 0) return;
    fb_buf out;
    fb_buf_init(&out, 64 * 1024);
    fb_slice message = fb_slice_of(err->message), tail = {0};
    const char *newline = memchr(message.data, '\n', message.size);
    if (newline) {
        tail = fb_slice_make(newline + 1, message.size - (size_t)(newline + 1 - message.data));
        message.size = (size_t)(newline - message.data);
    }
    /* "did you mean" goes to the place that it speaks of. */
    const char *hint = strstr(err->message, "; did you mean ");
    fb_slice hint_text = {0};
    if (hint && hint < message.data + message.size) {
        hint_text = fb_slice_make(hint + 2, message.size - (size_t)(hint + 2 - message.data));
        message.size = (size_t)(hint - message.data);
    }
    fb_buf_printf(&out, "%s:%u:%u: error: ", file, err->line, err->column);
    fb_buf_add_slice(&out, message);
    if (err->condition[0]) fb_buf_printf(&out, " [%s]", err->condition);
    fb_slice line = find_line(text, err->line);
    if (line.data) {
        const char *end = line.data + line.size;
        const char *at = skip_chars(line.data, end, err->column ? err->column - 1 : 0);
        if (!length) length = err->length;
        if (!length) length = token_length(at, end);
        add_line(&out, line, err->line, err->column, length);
        if (hint_text.size) fb_buf_printf(&out, " %.*s", FB_SLICE_ARGS(hint_text));
    }
    while (tail.size) {
        const char *stop = memchr(tail.data, '\n', tail.size);
        size_t size = stop ? (size_t)(stop - tail.data) : tail.size;
        fb_buf_printf(&out, "\n      %.*s", (int)size, tail.data);
        size += stop ? 1 : 0;
        tail = fb_slice_make(tail.data + size, tail.size - size);
    }
    if (!out.failed) {
        int written = snprintf(err->message, sizeof err->message, "%s", fb_buf_text(&out));
        err->truncated |= written < 0 || (size_t)written >= sizeof err->message;
    }
    fb_buf_deinit(&out);
}

static uint32_t count_chars(fb_slice text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size && count < 200 && text.data[i] != '\n'; i++)
        count += !is_continuation(text.data[i]);
    return count;
}

/* Raises the error, unless there is one already. */
static fb_status raise(fb_sql_build *sql, fb_sql_span at, fb_status status, const char *condition,
                       const char *message)
{
    if (sql->status != FB_OK) return sql->status;
    sql->status = fb_fail_condition(sql->err, status, condition, "%s", message);
    if (sql->err) {
        sql->err->line = at.line;
        sql->err->column = at.column;
        sql->err->length = count_chars(at.text);
        fb_sql_show_place(sql->err, sql->file, sql->text, 0);
    }
    return sql->status;
}

fb_status fb_sql_fail(fb_sql_build *sql, fb_sql_span at, fb_status status, const char *condition,
                      const char *format, ...)
{
    char message[FB_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0) message[0] = '\0';
    va_end(args);
    return raise(sql, at, status, condition, message);
}

fb_status fb_sql_fail_nomem(fb_sql_build *sql)
{
    if (sql->status == FB_OK) sql->status = fb_fail_nomem(sql->err, "a parsed statement");
    return sql->status;
}

void fb_sql_unsupported(fb_sql_build *sql, fb_sql_token at, const char *feature)
{
    (void)fb_sql_fail(sql, fb_sql_token_span(at), FB_E_UNSUPPORTED, "", "%s is not supported yet",
                      feature);
}

/* --- what was expected --- */

/* Clauses that are recognised only to be refused, those of a call, and signs nobody would miss. */
static bool is_worth_telling(uint16_t kind)
{
    static const uint16_t hidden[] = {
        FB_TK_ANTI,       FB_TK_CLUSTER,   FB_TK_CROSS,      FB_TK_CUBE,        FB_TK_DISTRIBUTE,
        FB_TK_EXCEPT,     FB_TK_EXISTS,    FB_TK_FILTER,     FB_TK_FULL,        FB_TK_GLOBAL,
        FB_TK_GROUPING,   FB_TK_IGNORE,    FB_TK_INNER,      FB_TK_INTERSECT,   FB_TK_JOIN,
        FB_TK_LATERAL,    FB_TK_LEFT,      FB_TK_LIMIT,      FB_TK_NATURAL,     FB_TK_OFFSET,
        FB_TK_OVER,       FB_TK_PIVOT,     FB_TK_RESPECT,    FB_TK_RIGHT,       FB_TK_ROLLUP,
        FB_TK_SEMI,       FB_TK_SET_MINUS, FB_TK_SORT,       FB_TK_TABLESAMPLE, FB_TK_UNPIVOT,
        FB_TK_WINDOW,     FB_TK_WITHIN,    FB_TK_PARAMETER,  FB_TK_ARROW,       FB_TK_FAT_ARROW,
        FB_TK_QUOTED,     FB_TK_GENERIC,   FB_TK_UNIT_MINUS, FB_TK_UNIT_PLUS,   FB_TK_BIGINT,
        FB_TK_SMALLINT,   FB_TK_TINYINT,   FB_TK_DECIMAL,    FB_TK_DOUBLE,      FB_TK_FLOAT,
        FB_TK_BIGDECIMAL,
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (hidden[i] == kind) return false;
    return true;
}

/* What is summed up as "an operator". */
static bool is_operator(uint16_t kind)
{
    static const uint16_t operators[] = {
        FB_TK_OR,        FB_TK_AND,    FB_TK_NOT,   FB_TK_EQ,      FB_TK_NE,   FB_TK_LT,
        FB_TK_LE,        FB_TK_GT,     FB_TK_GE,    FB_TK_NSEQ,    FB_TK_PIPE, FB_TK_HAT,
        FB_TK_AMPERSAND, FB_TK_SHL,    FB_TK_SHR,   FB_TK_USHR,    FB_TK_PLUS, FB_TK_MINUS,
        FB_TK_CONCAT,    FB_TK_STAR,   FB_TK_SLASH, FB_TK_PERCENT, FB_TK_DIV,  FB_TK_IN,
        FB_TK_BETWEEN,   FB_TK_LIKE,   FB_TK_ILIKE, FB_TK_RLIKE,   FB_TK_IS,   FB_TK_DOT,
        FB_TK_LB,        FB_TK_COLON2, FB_TK_LP,
    };
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i] == kind) return true;
    return false;
}

/* What is summed up as "an expression". */
static bool is_operand(uint16_t kind)
{
    static const uint16_t operands[] = {
        FB_TK_IDENT, FB_TK_STRING,   FB_TK_INTEGER, FB_TK_LP,       FB_TK_NOT,       FB_TK_NULL,
        FB_TK_TRUE,  FB_TK_FALSE,    FB_TK_CASE,    FB_TK_CAST,     FB_TK_TRY_CAST,  FB_TK_EXTRACT,
        FB_TK_TRIM,  FB_TK_POSITION, FB_TK_OVERLAY, FB_TK_INTERVAL, FB_TK_SUBSTRING, FB_TK_MINUS,
        FB_TK_PLUS,  FB_TK_TILDE,    FB_TK_STAR,    FB_TK_COLON,
    };
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++)
        if (operands[i] == kind) return true;
    return false;
}

static bool contains(const uint16_t *kinds, uint32_t count, uint16_t kind)
{
    for (uint32_t i = 0; i < count; i++)
        if (kinds[i] == kind) return true;
    return false;
}

static const char *sign_name(uint16_t kind)
{
    switch (kind) {
    case 0:
        return "the end of the statement";
    case FB_TK_COMMA:
        return "','";
    case FB_TK_LP:
        return "'('";
    case FB_TK_RP:
        return "')'";
    case FB_TK_RB:
        return "']'";
    case FB_TK_EQ:
        return "'='";
    case FB_TK_LT:
        return "'<'";
    case FB_TK_GT:
        return "'>'";
    case FB_TK_DOT:
        return "'.'";
    case FB_TK_STAR:
        return "'*'";
    case FB_TK_COLON:
        return "':'";
    case FB_TK_MINUS:
        return "'-'";
    case FB_TK_STRING:
        return "a string";
    case FB_TK_INTEGER:
        return "a number";
    case FB_TK_IDENT:
        return "a name";
    case FB_TK_UNIT:
        return "a unit such as MINUTES";
    case FB_TK_GROUP:
        return "GROUP BY";
    case FB_TK_ORDER:
        return "ORDER BY";
    default:
        return NULL;
    }
}

static void add_word(fb_buf *out, const char *word, uint32_t *count)
{
    fb_buf_printf(out, "%s%s", *count ? ", " : "", word);
    (*count)++;
}

static void describe_expected(fb_buf *out, const uint16_t *kinds, uint32_t kind_count)
{
    bool has_expression = contains(kinds, kind_count, FB_TK_CASE);
    bool has_type = !has_expression && contains(kinds, kind_count, FB_TK_GENERIC);
    bool has_operator = !has_expression && contains(kinds, kind_count, FB_TK_SLASH);
    bool has_rollup = !has_expression && contains(kinds, kind_count, FB_TK_ROLLUP);
    uint32_t words = 0;
    if (has_expression) add_word(out, "an expression", &words);
    if (has_type) add_word(out, "a type", &words);
    for (uint32_t i = 0; i < kind_count; i++) {
        uint16_t kind = kinds[i];
        bool is_summed_up =
            (has_expression && is_operand(kind)) || (has_operator && is_operator(kind)) ||
            (has_operator && kind == FB_TK_STRING) || (has_type && kind == FB_TK_IDENT) ||
            (has_rollup && kind == FB_TK_WITH) || kind == 0;
        if (is_summed_up || !is_worth_telling(kind)) continue;
        const char *name = sign_name(kind);
        if (!name) name = fb_sql_keyword_name(kind);
        if (name) add_word(out, name, &words);
    }
    if (has_operator) add_word(out, "an operator", &words);
    if (contains(kinds, kind_count, 0)) add_word(out, sign_name(0), &words);
}

/* The keyword that the word at `index` may have been meant to be, or NULL. */
static const char *misspelt(fb_sql_goal goal, const fb_sql_token *tokens, uint32_t index,
                            const fb_sql_token *next)
{
    if (tokens[index].kind != FB_TK_IDENT) return NULL;
    uint16_t kinds[MAX_KINDS];
    const char *names[MAX_KINDS];
    uint32_t kind_count = fb_sql_expected(goal, tokens, index, kinds, MAX_KINDS), name_count = 0;
    for (uint32_t i = 0; i < kind_count; i++) {
        const char *name = fb_sql_keyword_name(kinds[i]);
        bool fits = name && (!next || fb_sql_would_accept(goal, tokens, index, kinds[i], next));
        if (fits) names[name_count++] = name;
    }
    return fb_nearest_name(tokens[index].text, names, name_count);
}

/* rate-micro-batch without its backquotes, which begins at `first`. */
static void unquoted_name(fb_sql_build *sql, const fb_sql_token *tokens, uint32_t first)
{
    fb_sql_span at = fb_sql_token_span(tokens[first]);
    for (uint32_t i = first + 1; tokens[i].kind; i++) {
        bool is_part = tokens[i].kind == FB_TK_MINUS || fb_sql_keyword_find(tokens[i].text) ||
                       tokens[i].kind == FB_TK_IDENT;
        if (!is_part || tokens[i].text.data != at.text.data + at.text.size) break;
        at.text.size += tokens[i].text.size;
    }
    (void)fb_sql_fail(sql, at, FB_E_SYNTAX, "INVALID_IDENTIFIER",
                      "the unquoted identifier %.*s is invalid and must be back quoted as: `%.*s`",
                      FB_SLICE_ARGS(at.text), FB_SLICE_ARGS(at.text));
}

void fb_sql_syntax_error(fb_sql_build *sql, fb_sql_goal goal, const fb_sql_token *tokens,
                         uint32_t index)
{
    if (index && tokens[index].kind == FB_TK_FROM && tokens[index - 1].kind == FB_TK_COMMA) {
        (void)raise(sql, fb_sql_token_span(tokens[index - 1]), FB_E_SYNTAX,
                    "TRAILING_COMMA_IN_SELECT", "this comma has nothing behind it before FROM");
        return;
    }
    if (index && tokens[index].kind == FB_TK_MINUS && tokens[index - 1].kind == FB_TK_IDENT &&
        tokens[index - 1].text.data + tokens[index - 1].text.size == tokens[index].text.data) {
        unquoted_name(sql, tokens, index - 1);
        return;
    }
    uint16_t kinds[MAX_KINDS];
    uint32_t kind_count = fb_sql_expected(goal, tokens, index, kinds, MAX_KINDS);
    const char *meant = misspelt(goal, tokens, index, NULL);
    /* A misspelt keyword is often taken for an alias, and the word behind it stumbled over. */
    const char *meant_before =
        meant || !index ? NULL : misspelt(goal, tokens, index - 1, &tokens[index]);
    if (meant_before) {
        meant = meant_before;
        index--;
    }
    fb_buf text;
    fb_buf_init(&text, 4096);
    const fb_sql_token *token = &tokens[index];
    if (token->kind)
        fb_buf_printf(&text, "syntax error at or near '%.*s'",
                      token->text.size > 60 ? 60 : (int)token->text.size, token->text.data);
    else
        fb_buf_printf(&text, "syntax error at the end of the statement");
    if (meant) fb_buf_printf(&text, "; did you mean %s?", meant);
    if (kind_count && !meant) {
        fb_buf_add_text(&text, "\nexpected: ");
        describe_expected(&text, kinds, kind_count);
    }
    fb_sql_span at = fb_sql_token_span(*token);
    if (!token->kind && index) {
        const fb_sql_token *last = &tokens[index - 1];
        at.line = last->line;
        at.column = last->column + count_chars(last->text);
        at.text.size = 1;
        if (memchr(last->text.data, '\n', last->text.size)) at = fb_sql_token_span(*token);
    }
    (void)raise(sql, at, FB_E_SYNTAX, "PARSE_SYNTAX_ERROR", fb_buf_text(&text));
    fb_buf_deinit(&text);
}
