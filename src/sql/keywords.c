/* SPDX-License-Identifier: Apache-2.0
 *
 * Keywords, and where they are none. In Spark's default mode nearly every keyword may also be the
 * name of a column; the grammar's %fallback makes it a name wherever it does not fit as a keyword,
 * and fb_sql_settle_keywords decides the cases in which it would fit, but is not meant. */
#include "sql/lexer.h"

#include "data/interval.h"

#include "grammar.h"

#include <stdlib.h>

enum { MAX_WATERMARK_WORDS = 1000 };

typedef struct keyword {
    const char *name;
    uint16_t kind;
} keyword;

/* Sorted by name. */
static const keyword keywords[] = {
    {"ALL", FB_TK_ALL},
    {"AND", FB_TK_AND},
    {"ANTI", FB_TK_ANTI},
    {"AS", FB_TK_AS},
    {"ASC", FB_TK_ASC},
    {"BETWEEN", FB_TK_BETWEEN},
    {"BOTH", FB_TK_BOTH},
    {"BY", FB_TK_BY},
    {"CASE", FB_TK_CASE},
    {"CAST", FB_TK_CAST},
    {"CLUSTER", FB_TK_CLUSTER},
    {"COMMENT", FB_TK_COMMENT},
    {"CREATE", FB_TK_CREATE},
    {"CROSS", FB_TK_CROSS},
    {"CUBE", FB_TK_CUBE},
    {"DELAY", FB_TK_DELAY},
    {"DESC", FB_TK_DESC},
    {"DISTINCT", FB_TK_DISTINCT},
    {"DISTRIBUTE", FB_TK_DISTRIBUTE},
    {"DIV", FB_TK_DIV},
    {"ELSE", FB_TK_ELSE},
    {"END", FB_TK_END},
    {"ESCAPE", FB_TK_ESCAPE},
    {"EXCEPT", FB_TK_EXCEPT},
    {"EXISTS", FB_TK_EXISTS},
    {"EXPLAIN", FB_TK_EXPLAIN},
    {"EXTENDED", FB_TK_EXTENDED},
    {"EXTRACT", FB_TK_EXTRACT},
    {"FALSE", FB_TK_FALSE},
    {"FILTER", FB_TK_FILTER},
    {"FIRST", FB_TK_FIRST},
    {"FOR", FB_TK_FOR},
    {"FROM", FB_TK_FROM},
    {"FULL", FB_TK_FULL},
    {"GLOBAL", FB_TK_GLOBAL},
    {"GROUP", FB_TK_GROUP},
    {"GROUPING", FB_TK_GROUPING},
    {"HAVING", FB_TK_HAVING},
    {"IF", FB_TK_IF},
    {"IGNORE", FB_TK_IGNORE},
    {"ILIKE", FB_TK_ILIKE},
    {"IN", FB_TK_IN},
    {"INNER", FB_TK_INNER},
    {"INTERSECT", FB_TK_INTERSECT},
    {"INTERVAL", FB_TK_INTERVAL},
    {"IS", FB_TK_IS},
    {"JOIN", FB_TK_JOIN},
    {"LAST", FB_TK_LAST},
    {"LATERAL", FB_TK_LATERAL},
    {"LEADING", FB_TK_LEADING},
    {"LEFT", FB_TK_LEFT},
    {"LIKE", FB_TK_LIKE},
    {"LIMIT", FB_TK_LIMIT},
    {"MINUS", FB_TK_SET_MINUS},
    {"NATURAL", FB_TK_NATURAL},
    {"NOT", FB_TK_NOT},
    {"NULL", FB_TK_NULL},
    {"NULLS", FB_TK_NULLS},
    {"OF", FB_TK_OF},
    {"OFFSET", FB_TK_OFFSET},
    {"ON", FB_TK_ON},
    {"OPTIONS", FB_TK_OPTIONS},
    {"OR", FB_TK_OR},
    {"ORDER", FB_TK_ORDER},
    {"OVER", FB_TK_OVER},
    {"OVERLAY", FB_TK_OVERLAY},
    {"PIVOT", FB_TK_PIVOT},
    {"PLACING", FB_TK_PLACING},
    {"POSITION", FB_TK_POSITION},
    {"REGEXP", FB_TK_RLIKE},
    {"REPLACE", FB_TK_REPLACE},
    {"RESPECT", FB_TK_RESPECT},
    {"RIGHT", FB_TK_RIGHT},
    {"RLIKE", FB_TK_RLIKE},
    {"ROLLUP", FB_TK_ROLLUP},
    {"SELECT", FB_TK_SELECT},
    {"SEMI", FB_TK_SEMI},
    {"SETS", FB_TK_SETS},
    {"SORT", FB_TK_SORT},
    {"STREAM", FB_TK_STREAM},
    {"STREAMING", FB_TK_STREAMING},
    {"SUBSTR", FB_TK_SUBSTRING},
    {"SUBSTRING", FB_TK_SUBSTRING},
    {"TABLE", FB_TK_TABLE},
    {"TABLESAMPLE", FB_TK_TABLESAMPLE},
    {"TEMP", FB_TK_TEMPORARY},
    {"TEMPORARY", FB_TK_TEMPORARY},
    {"THEN", FB_TK_THEN},
    {"TO", FB_TK_TO},
    {"TRAILING", FB_TK_TRAILING},
    {"TRIM", FB_TK_TRIM},
    {"TRUE", FB_TK_TRUE},
    {"TRY_CAST", FB_TK_TRY_CAST},
    {"UNION", FB_TK_UNION},
    {"UNKNOWN", FB_TK_UNKNOWN},
    {"UNPIVOT", FB_TK_UNPIVOT},
    {"USING", FB_TK_USING},
    {"VALUES", FB_TK_VALUES},
    {"VIEW", FB_TK_VIEW},
    {"WATERMARK", FB_TK_WATERMARK},
    {"WHEN", FB_TK_WHEN},
    {"WHERE", FB_TK_WHERE},
    {"WINDOW", FB_TK_WINDOW},
    {"WITH", FB_TK_WITH},
    {"WITHIN", FB_TK_WITHIN},
};
enum { KEYWORD_COUNT = sizeof keywords / sizeof *keywords };

static int compare_word(const void *word, const void *entry)
{
    fb_slice text = *(const fb_slice *)word, name = fb_slice_of(((const keyword *)entry)->name);
    size_t common = text.size < name.size ? text.size : name.size;
    int order = strncasecmp(text.data, name.data, common);
    return order ? order : (text.size > name.size) - (text.size < name.size);
}

uint16_t fb_sql_keyword_find(fb_slice word)
{
    const keyword *found = bsearch(&word, keywords, KEYWORD_COUNT, sizeof *keywords, compare_word);
    return found ? found->kind : FB_TK_IDENT;
}

const char *fb_sql_keyword_name(uint16_t kind)
{
    /* The usual spelling of those with two. */
    if (kind == FB_TK_TEMPORARY) return "TEMPORARY";
    if (kind == FB_TK_RLIKE) return "RLIKE";
    if (kind == FB_TK_SUBSTRING) return "SUBSTRING";
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        if (keywords[i].kind == kind) return keywords[i].name;
    return NULL;
}

static bool is_word(const fb_sql_token *token)
{
    return token->kind == FB_TK_IDENT || token->kind == FB_TK_QUOTED;
}

/* The grammar declares the keywords one after the other. */
static bool is_keyword(uint16_t kind)
{
    return kind >= FB_TK_ALL && kind <= FB_TK_WITHIN;
}

/* Whether an expression could begin here. */
static bool starts_operand(const fb_sql_token *token)
{
    switch (token->kind) {
    case FB_TK_IDENT:
    case FB_TK_QUOTED:
    case FB_TK_STRING:
    case FB_TK_INTEGER:
    case FB_TK_BIGINT:
    case FB_TK_SMALLINT:
    case FB_TK_TINYINT:
    case FB_TK_DECIMAL:
    case FB_TK_DOUBLE:
    case FB_TK_FLOAT:
    case FB_TK_BIGDECIMAL:
    case FB_TK_LP:
    case FB_TK_NOT:
    case FB_TK_NULL:
    case FB_TK_TRUE:
    case FB_TK_FALSE:
    case FB_TK_CASE:
    case FB_TK_CAST:
    case FB_TK_TRY_CAST:
    case FB_TK_EXTRACT:
    case FB_TK_SUBSTRING:
    case FB_TK_TRIM:
    case FB_TK_POSITION:
    case FB_TK_OVERLAY:
    case FB_TK_INTERVAL:
        return true;
    default:
        return false;
    }
}

/* Whether an item of a select list could end before this token. */
static bool ends_item(const fb_sql_token *token)
{
    return token->kind == FB_TK_FROM || token->kind == FB_TK_COMMA || token->kind == 0;
}

/* Whether the token may stand behind the alias of a relation, or of an item: "having" is one. */
static bool follows_alias(const fb_sql_token *token)
{
    switch (token->kind) {
    case 0:
    case FB_TK_COMMA:
    case FB_TK_RP:
    case FB_TK_FROM:
    case FB_TK_WHERE:
    case FB_TK_HAVING:
    case FB_TK_UNION:
    case FB_TK_EXCEPT:
    case FB_TK_INTERSECT:
    case FB_TK_SET_MINUS:
    case FB_TK_JOIN:
    case FB_TK_INNER:
    case FB_TK_CROSS:
    case FB_TK_FULL:
    case FB_TK_NATURAL:
    case FB_TK_DOT:
        return true;
    case FB_TK_GROUP:
    case FB_TK_ORDER:
    case FB_TK_SORT:
    case FB_TK_DISTRIBUTE:
    case FB_TK_CLUSTER:
        return token[1].kind == FB_TK_BY;
    case FB_TK_LEFT:
    case FB_TK_RIGHT:
        return token[1].kind != FB_TK_LP;
    case FB_TK_LIMIT:
        return token[1].kind == FB_TK_INTEGER;
    default:
        return false;
    }
}

static bool follows_choice(const fb_sql_token *before)
{
    return before && (before->kind == FB_TK_IGNORE || before->kind == FB_TK_RESPECT);
}

/* Whether DELAY OF comes within the expression that begins here: "watermark" may be an alias. */
static bool is_delayed(const fb_sql_token *token)
{
    int depth = 0;
    for (int i = 0; i < MAX_WATERMARK_WORDS && token->kind && depth >= 0; i++, token++) {
        if (token->kind == FB_TK_DELAY && token[1].kind == FB_TK_OF) return true;
        depth += (token->kind == FB_TK_LP) - (token->kind == FB_TK_RP);
    }
    return false;
}

/* --- intervals --- */

static bool is_unit(const fb_sql_token *token)
{
    fb_interval_unit unit;
    return token->kind == FB_TK_IDENT && fb_interval_unit_find(token->text, &unit);
}

static bool is_amount(const fb_sql_token *token)
{
    return token->kind == FB_TK_STRING || token->kind == FB_TK_INTEGER ||
           token->kind == FB_TK_DECIMAL;
}

/* The token behind a number, or behind strings that are one. */
static fb_sql_token *skip_amount(fb_sql_token *token)
{
    if (token->kind != FB_TK_STRING) return token + 1;
    while (token->kind == FB_TK_STRING)
        token++;
    return token;
}

static bool is_sign(const fb_sql_token *token)
{
    return token->kind == FB_TK_MINUS || token->kind == FB_TK_PLUS;
}

static bool is_signed_amount(const fb_sql_token *token)
{
    return is_sign(token) && is_amount(token + 1) &&
           is_unit(skip_amount((fb_sql_token *)token + 1));
}

/* Marks signs and units of the interval that begins at `token`: elsewhere a unit is a name like
 * any other, and the grammar alone could not tell INTERVAL 1 DAY - 2 HOURS from a difference. */
static void settle_interval(fb_sql_token *token)
{
    while (is_amount(token) || is_signed_amount(token)) {
        fb_sql_token *sign = is_sign(token) ? token++ : NULL;
        fb_sql_token *unit = skip_amount(token);
        if (!is_unit(unit)) return;
        if (sign) sign->kind = sign->kind == FB_TK_MINUS ? FB_TK_UNIT_MINUS : FB_TK_UNIT_PLUS;
        unit->kind = FB_TK_UNIT;
        token = unit + 1;
        if (token->kind != FB_TK_TO || !is_unit(token + 1)) continue;
        token[1].kind = FB_TK_UNIT;
        token += 2;
    }
}

/* Words that are keywords beside certain others only. */
static bool is_paired(const fb_sql_token *token, const fb_sql_token *before)
{
    const fb_sql_token *next = token + 1;
    switch (token->kind) {
    case FB_TK_GROUPING:
        return next->kind == FB_TK_SETS;
    case FB_TK_ROLLUP:
    case FB_TK_CUBE:
        return next->kind == FB_TK_LP || (before && before->kind == FB_TK_WITH);
    case FB_TK_IGNORE:
    case FB_TK_RESPECT:
        return next->kind == FB_TK_NULLS;
    case FB_TK_NULLS:
        return next->kind == FB_TK_FIRST || next->kind == FB_TK_LAST || follows_choice(before);
    case FB_TK_FIRST:
    case FB_TK_LAST:
        return before && before->kind == FB_TK_NULLS;
    case FB_TK_WITHIN:
        return next->kind == FB_TK_GROUP;
    default:
        return true;
    }
}

/* Whether the keyword at `token` is meant as one. There is always a token behind it. */
static bool is_meant(const fb_sql_token *token, const fb_sql_token *before)
{
    const fb_sql_token *next = token + 1;
    if (before && before->kind == FB_TK_DOT) return false;
    switch (token->kind) {
    case FB_TK_GROUP:
        return next->kind == FB_TK_BY || (before && before->kind == FB_TK_WITHIN);
    case FB_TK_ORDER:
    case FB_TK_SORT:
    case FB_TK_DISTRIBUTE:
    case FB_TK_CLUSTER:
        return next->kind == FB_TK_BY;
    case FB_TK_CAST:
    case FB_TK_TRY_CAST:
    case FB_TK_EXTRACT:
    case FB_TK_SUBSTRING:
    case FB_TK_TRIM:
    case FB_TK_POSITION:
    case FB_TK_OVERLAY:
    case FB_TK_OPTIONS:
    case FB_TK_PIVOT:
    case FB_TK_UNPIVOT:
    case FB_TK_TABLESAMPLE:
        return next->kind == FB_TK_LP;
    case FB_TK_OVER:
    case FB_TK_FILTER:
        return next->kind == FB_TK_LP && before && before->kind == FB_TK_RP;
    case FB_TK_WINDOW:
        return is_word(next) && next[1].kind == FB_TK_AS;
    case FB_TK_WATERMARK:
        return is_word(next) || is_delayed(next);
    case FB_TK_LIMIT:
    case FB_TK_OFFSET:
        return next->kind == FB_TK_INTEGER || next->kind == FB_TK_ALL;
    case FB_TK_STREAM:
        return is_word(next) || next->kind == FB_TK_LP;
    case FB_TK_INTERVAL:
        return is_amount(next) || is_signed_amount(next) || (before && before->kind == FB_TK_OF);
    case FB_TK_EXISTS:
        return next->kind == FB_TK_LP ? next[1].kind == FB_TK_SELECT || next[1].kind == FB_TK_WITH
                                      : before && before->kind == FB_TK_NOT;
    case FB_TK_DISTINCT:
        return before && before->kind == FB_TK_SELECT ? !ends_item(next) : true;
    case FB_TK_ALL:
        return !ends_item(next) && next->kind != FB_TK_RP;
    case FB_TK_UNION:
    case FB_TK_DIV:
    case FB_TK_NOT:
        return !ends_item(next);
    case FB_TK_FROM: /* the one keyword without fallback: "SELECT a, FROM t" is a mistake */
        return next->kind != FB_TK_FROM && next->kind != FB_TK_COMMA && next->kind != FB_TK_DOT &&
               next->kind != FB_TK_RP;
    case FB_TK_VALUES:
        return starts_operand(next);
    case FB_TK_HAVING:
        return !follows_alias(next);
    case FB_TK_CASE:
        return next->kind == FB_TK_WHEN || starts_operand(next);
    default:
        return is_paired(token, before);
    }
}

/* ARRAY<, MAP<, STRUCT<, and STRUCT<> whose brackets look like "not equal". */
static bool is_generic_type(const fb_sql_token *token)
{
    if (token->kind != FB_TK_IDENT) return false;
    bool is_struct = fb_slice_equal_nocase(token->text, FB_SLICE("struct"));
    if (token[1].kind == FB_TK_NE) return is_struct;
    return token[1].kind == FB_TK_LT &&
           (is_struct || fb_slice_equal_nocase(token->text, FB_SLICE("array")) ||
            fb_slice_equal_nocase(token->text, FB_SLICE("map")));
}

void fb_sql_settle_keywords(fb_sql_token *tokens, uint32_t count)
{
    for (uint32_t i = 0; i + 1 < count; i++) {
        const fb_sql_token *before = i ? &tokens[i - 1] : NULL;
        if (is_keyword(tokens[i].kind) && !is_meant(&tokens[i], before))
            tokens[i].kind = FB_TK_IDENT;
        else if (is_generic_type(&tokens[i]))
            tokens[i].kind = FB_TK_GENERIC;
        if (tokens[i].kind == FB_TK_INTERVAL) settle_interval(&tokens[i + 1]);
    }
}
