/* SPDX-License-Identifier: Apache-2.0
 *
 * Spark's automatic names of columns: the expression as it was written, in Spark's spelling. Made
 * from the unresolved tree, which still has nvl where the bound one has coalesce, and no casts but
 * those that somebody wrote. */
#include "base/status.h"
#include "data/value_text.h"
#include "plan/analyzer.h"

typedef struct printer {
    fb_analyzer *analyzer;
    const fb_scope *scope;
    fb_buf *out;
    const fb_raw_expr *plain; /* a chain of + and - known to have no dates, or NULL */
} printer;

/* Functions that Spark does not show as function(arguments). */
typedef struct spelling {
    const char *name;
    uint32_t arg_count; /* the row is for calls with so many; ANY_COUNT: with any */
    const char *before; /* the parenthesis included */
    const char *between;
    const char *after;
} spelling;

#define ANY_COUNT UINT32_MAX

#define INFIX(symbol)                       \
    {                                       \
        symbol, 2, "(", " " symbol " ", ")" \
    }
#define DEFAULTS(name, count, more)           \
    {                                         \
        name, count, name "(", ", ", more ")" \
    }
/* CAST by the name of the type: Spark shows what is cast. */
#define BARE(name)          \
    {                       \
        name, 1, "", "", "" \
    }
/* The mathematicians' functions. */
#define UPPER(name, spelt)                    \
    {                                         \
        name, ANY_COUNT, spelt "(", ", ", ")" \
    }
#define TIME_FORMAT "yyyy-MM-dd HH:mm:ss"

static const spelling spellings[] = {
    INFIX("*"),
    INFIX("/"),
    INFIX("%"),
    INFIX("div"),
    INFIX("="),
    INFIX("<=>"),
    INFIX("<"),
    INFIX("<="),
    INFIX(">"),
    INFIX(">="),
    INFIX("&"),
    INFIX("|"),
    INFIX("^"),
    {"and", 2, "(", " AND ", ")"},
    {"or", 2, "(", " OR ", ")"},
    {"<>", 2, "(NOT (", " = ", "))"},
    {"!=", 2, "(NOT (", " = ", "))"},
    {"not", 1, "(NOT ", "", ")"},
    {"negative", 1, "(- ", "", ")"},
    {"positive", 1, "(+ ", "", ")"},
    {"~", 1, "~", "", ""},
    {"isnull", 1, "(", "", " IS NULL)"},
    {"isnotnull", 1, "(", "", " IS NOT NULL)"},
    {"if", 3, "(IF(", ", ", "))"},
    {"like", 2, "", " LIKE ", ""},
    {"||", 2, "concat(", ", ", ")"},
    {"trim", 2, "TRIM(BOTH ", " FROM ", ")"},
    {"ltrim", 2, "TRIM(LEADING ", " FROM ", ")"},
    {"rtrim", 2, "TRIM(TRAILING ", " FROM ", ")"},
    {"ceil", 1, "CEIL(", "", ")"},
    {"floor", 1, "FLOOR(", "", ")"},
    {"sqrt", ANY_COUNT, "SQRT(", ", ", ")"},
    {"power", ANY_COUNT, "POWER(", ", ", ")"},
    {"log", 1, "LOG(E(), ", "", ")"},
    {"log", 2, "LOG(", ", ", ")"},
    UPPER("cbrt", "CBRT"),
    UPPER("exp", "EXP"),
    UPPER("expm1", "EXPM1"),
    UPPER("log10", "LOG10"),
    UPPER("log2", "LOG2"),
    UPPER("log1p", "LOG1P"),
    UPPER("signum", "SIGNUM"),
    UPPER("hypot", "HYPOT"),
    UPPER("atan2", "ATAN2"),
    UPPER("sin", "SIN"),
    UPPER("cos", "COS"),
    UPPER("tan", "TAN"),
    UPPER("cot", "COT"),
    UPPER("sec", "SEC"),
    UPPER("csc", "CSC"),
    UPPER("asin", "ASIN"),
    UPPER("acos", "ACOS"),
    UPPER("atan", "ATAN"),
    UPPER("sinh", "SINH"),
    UPPER("cosh", "COSH"),
    UPPER("tanh", "TANH"),
    UPPER("asinh", "ASINH"),
    UPPER("acosh", "ACOSH"),
    UPPER("atanh", "ATANH"),
    UPPER("degrees", "DEGREES"),
    UPPER("radians", "RADIANS"),
    UPPER("e", "E"),
    UPPER("pi", "PI"),
    {"rlike", ANY_COUNT, "RLIKE(", ", ", ")"},
    {"dateadd", ANY_COUNT, "date_add(", ", ", ")"},
    BARE("boolean"),
    BARE("tinyint"),
    BARE("smallint"),
    BARE("int"),
    BARE("bigint"),
    BARE("float"),
    BARE("double"),
    BARE("decimal"),
    BARE("string"),
    BARE("binary"),
    BARE("date"),
    BARE("timestamp"),
    {"curdate", 0, "current_date(", "", ")"},
    {"datepart", 2, "datepart(", " FROM ", ")"},
    {"extract", 2, "extract(", " FROM ", ")"},
    DEFAULTS("locate", 2, ", 1"),
    DEFAULTS("position", 2, ", 1"),
    DEFAULTS("substring", 2, ", 2147483647"),
    DEFAULTS("substr", 2, ", 2147483647"),
    DEFAULTS("replace", 2, ", "),
    DEFAULTS("round", 1, ", 0"),
    DEFAULTS("bround", 1, ", 0"),
    DEFAULTS("from_unixtime", 1, ", " TIME_FORMAT),
    DEFAULTS("overlay", 3, ", -1"),
    DEFAULTS("to_unix_timestamp", 1, ", " TIME_FORMAT),
    DEFAULTS("unix_timestamp", 1, ", " TIME_FORMAT),
    DEFAULTS("unix_timestamp", 0, "current_timestamp(), " TIME_FORMAT),
};

static fb_status print_expr(const printer *p, const fb_raw_expr *raw);

static fb_status print_list(const printer *p, const fb_raw_expr *call, uint32_t first,
                            const char *separator)
{
    for (uint32_t i = first; i < call->arg_count; i++) {
        if (i > first) fb_buf_add_text(p->out, separator);
        FB_TRY(print_expr(p, call->args[i]));
    }
    return FB_OK;
}

static fb_status print_case(const printer *p, const fb_raw_expr *call)
{
    fb_buf_add_text(p->out, "CASE");
    for (uint32_t i = 0; i < call->arg_count; i++) {
        bool is_else = i % 2 == 0 && i + 1 == call->arg_count;
        fb_buf_add_text(p->out, is_else ? " ELSE " : i % 2 ? " THEN " : " WHEN ");
        FB_TRY(print_expr(p, call->args[i]));
    }
    fb_buf_add_text(p->out, " END");
    return FB_OK;
}

static fb_status print_in(const printer *p, const fb_raw_expr *call)
{
    fb_buf_add_char(p->out, '(');
    FB_TRY(print_expr(p, call->args[0]));
    fb_buf_add_text(p->out, " IN (");
    FB_TRY(print_list(p, call, 1, ", "));
    fb_buf_add_text(p->out, "))");
    return FB_OK;
}

static fb_status print_like_escape(const printer *p, const fb_raw_expr *call)
{
    FB_TRY(print_expr(p, call->args[0]));
    fb_buf_add_text(p->out, " LIKE ");
    FB_TRY(print_expr(p, call->args[1]));
    fb_buf_add_text(p->out, " ESCAPE '");
    FB_TRY(print_expr(p, call->args[2]));
    fb_buf_add_char(p->out, '\'');
    return FB_OK;
}

static const spelling *find_spelling(const fb_raw_expr *call)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (fb_slice_equal_nocase(call->name, fb_slice_of(spellings[i].name)) &&
            (spellings[i].arg_count == ANY_COUNT || spellings[i].arg_count == call->arg_count))
            return &spellings[i];
    return NULL;
}

static void print_lower(fb_slice name, fb_buf *out)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        fb_buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

/* (a, 1) is a named_struct whose names are those of the columns, or col1, col2, ... */
static fb_status print_row(const printer *p, const fb_raw_expr *call)
{
    fb_buf_add_text(p->out, "named_struct(");
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const fb_raw_expr *arg = call->args[i];
        if (i) fb_buf_add_text(p->out, ", ");
        if (arg->kind == FB_RAW_NAME)
            fb_buf_add_slice(p->out, arg->parts[arg->part_count - 1]);
        else if (arg->kind == FB_RAW_FIELD)
            fb_buf_add_slice(p->out, arg->name);
        else
            fb_buf_printf(p->out, "col%u", i + 1);
        fb_buf_add_text(p->out, ", ");
        FB_TRY(print_expr(p, arg));
    }
    fb_buf_add_char(p->out, ')');
    return FB_OK;
}

/* s['field'] is s.field. */
static fb_status print_item(const printer *p, const fb_raw_expr *call)
{
    const fb_expr *base;
    FB_TRY(fb_analyze_expr(p->analyzer, p->scope, call->args[0], &base));
    bool is_struct = base->type->id == FB_TYPE_STRUCT;
    FB_TRY(print_expr(p, call->args[0]));
    fb_buf_add_char(p->out, is_struct ? '.' : '[');
    FB_TRY(print_expr(p, call->args[1]));
    if (!is_struct) fb_buf_add_char(p->out, ']');
    return FB_OK;
}

/* Aggregates whose result has the type of their first argument. */
static bool keeps_type(fb_slice name)
{
    static const char *const names[] = {"min",        "max",       "first",  "first_value", "last",
                                        "last_value", "any_value", "max_by", "min_by"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(names[i]))) return true;
    return false;
}

static bool is_sum(const fb_raw_expr *raw)
{
    return raw->kind == FB_RAW_CALL && raw->arg_count == 2 &&
           (fb_slice_is(raw->name, "+") || fb_slice_is(raw->name, "-"));
}

/* Whether the operand of + or - is a DATE. Chains of + are looked through, not analyzed again. */
static fb_status is_date(const printer *p, const fb_raw_expr *raw, bool *out)
{
    const fb_expr *expr;
    *out = false;
    while (is_sum(raw)) {
        FB_TRY(is_date(p, raw->args[1], out));
        bool is_difference = fb_slice_is(raw->name, "-");
        if (*out) {
            *out = !is_difference; /* between two dates there are days */
            return FB_OK;
        }
        raw = raw->args[0];
    }
    if (raw->kind == FB_RAW_LITERAL || raw->kind == FB_RAW_INTERVAL) return FB_OK;
    if (raw->kind == FB_RAW_CALL && fb_aggregate_find(raw->name)) {
        if (raw->arg_count && keeps_type(raw->name)) return is_date(p, raw->args[0], out);
        return FB_OK;
    }
    FB_TRY(fb_analyze_expr(p->analyzer, p->scope, raw, &expr));
    *out = expr->type->id == FB_TYPE_DATE;
    return FB_OK;
}

/* date + days is date_add(date, days). A long chain is looked at once, not at each of its ends. */
static fb_status print_sum(const printer *p, const fb_raw_expr *call)
{
    bool dates[2] = {false, false}, is_difference = fb_slice_is(call->name, "-");
    for (int i = 0; i < 2 && call != p->plain; i++)
        FB_TRY(is_date(p, call->args[i], &dates[i]));
    bool adds_days = dates[0] != dates[1] && !(is_difference && dates[1]);
    printer left = *p;
    left.plain = dates[0] || dates[1] ? NULL : call->args[0];
    if (adds_days) fb_buf_add_text(p->out, is_difference ? "date_sub" : "date_add");
    fb_buf_add_char(p->out, '(');
    bool is_turned = adds_days && dates[1];
    FB_TRY(print_expr(is_turned ? p : &left, call->args[is_turned ? 1 : 0]));
    fb_buf_add_text(p->out, adds_days ? ", " : is_difference ? " - " : " + ");
    FB_TRY(print_expr(is_turned ? &left : p, call->args[is_turned ? 0 : 1]));
    fb_buf_add_char(p->out, ')');
    return FB_OK;
}

static bool is_pad(const fb_raw_expr *call)
{
    return call->arg_count == 2 && (fb_slice_equal_nocase(call->name, FB_SLICE("lpad")) ||
                                    fb_slice_equal_nocase(call->name, FB_SLICE("rpad")));
}

/* What is filled with depends on what is filled. */
static fb_status print_pad(const printer *p, const fb_raw_expr *call)
{
    const fb_expr *filled;
    FB_TRY(fb_analyze_expr(p->analyzer, p->scope, call->args[0], &filled));
    print_lower(call->name, p->out);
    fb_buf_add_char(p->out, '(');
    FB_TRY(print_list(p, call, 0, ", "));
    fb_buf_add_text(p->out, filled->type->id == FB_TYPE_BINARY ? ", X'00')" : ",  )");
    return FB_OK;
}

static bool is_row(const fb_raw_expr *call)
{
    return fb_slice_is(call->name, "struct") && call->text.size && call->text.data[0] == '(';
}

static bool takes_ignore_nulls(fb_slice name)
{
    static const char *const names[] = {"first", "first_value", "last", "last_value", "any_value"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(names[i]))) return true;
    return false;
}

/* The function's own spelling, which is not always how it was written: AVG(x) is avg(x). */
static fb_status print_aggregate(const printer *p, const fb_raw_expr *call)
{
    bool is_star = call->arg_count == 1 && call->args[0]->kind == FB_RAW_STAR &&
                   fb_slice_equal_nocase(call->name, FB_SLICE("count"));
    bool has_flag = call->arg_count == 2 && takes_ignore_nulls(call->name);
    if (fb_slice_equal_nocase(call->name, FB_SLICE("array_agg")))
        fb_buf_add_text(p->out, "collect_list");
    else
        print_lower(call->name, p->out);
    fb_buf_add_text(p->out, call->is_distinct ? "(DISTINCT " : "(");
    if (is_star)
        fb_buf_add_char(p->out, '1');
    else if (has_flag) /* first(x, true): Spark does not show the flag */
        FB_TRY(print_expr(p, call->args[0]));
    else
        FB_TRY(print_list(p, call, 0, ", "));
    fb_buf_add_char(p->out, ')');
    if (!call->filter) return FB_OK;
    fb_buf_add_text(p->out, " FILTER (WHERE ");
    FB_TRY(print_expr(p, call->filter));
    fb_buf_add_char(p->out, ')');
    return FB_OK;
}

static fb_status print_call(const printer *p, const fb_raw_expr *call)
{
    if (fb_aggregate_find(call->name)) return print_aggregate(p, call);
    if (fb_slice_equal_nocase(call->name, FB_SLICE("window"))) {
        fb_buf_add_text(p->out, "window");
        return FB_OK;
    }
    if (is_row(call)) return print_row(p, call);
    if (is_sum(call)) return print_sum(p, call);
    if (is_pad(call)) return print_pad(p, call);
    if (fb_slice_is(call->name, "get_item") && call->arg_count == 2) return print_item(p, call);
    if (fb_slice_is(call->name, "case_when")) return print_case(p, call);
    if (fb_slice_is(call->name, "in") && call->arg_count) return print_in(p, call);
    if (fb_slice_is(call->name, "like") && call->arg_count == 3) return print_like_escape(p, call);
    const spelling *own = find_spelling(call);
    if (own) {
        fb_buf_add_text(p->out, own->before);
        FB_TRY(print_list(p, call, 0, own->between));
        fb_buf_add_text(p->out, own->after);
        return FB_OK;
    }
    print_lower(call->name, p->out);
    fb_buf_add_char(p->out, '(');
    FB_TRY(print_list(p, call, 0, ", "));
    fb_buf_add_char(p->out, ')');
    return FB_OK;
}

/* Whether the name means an item further left, since no column of the input has it. */
static fb_status is_lateral_alias(const printer *p, const fb_raw_expr *name, bool *out)
{
    fb_scope input = *p->scope;
    input.alias_count = 0;
    const fb_expr *column, *any;
    FB_TRY(fb_resolve_name(p->analyzer, &input, name, &column));
    FB_TRY(fb_resolve_name(p->analyzer, p->scope, name, &any));
    *out = !column && any;
    return FB_OK;
}

/* Names, and literals that are written as a type and a text: what they are says the bound tree. */
static fb_status print_resolved(const printer *p, const fb_raw_expr *raw)
{
    const fb_expr *expr;
    bool is_alias = false;
    if (raw->kind == FB_RAW_NAME && p->scope->alias_count)
        FB_TRY(is_lateral_alias(p, raw, &is_alias));
    if (is_alias) {
        fb_buf_add_text(p->out, "lateralAliasReference(");
        fb_raw_expr_print(raw, p->out);
        fb_buf_add_char(p->out, ')');
        return FB_OK;
    }
    FB_TRY(fb_analyze_expr(p->analyzer, p->scope, raw, &expr));
    bool is_literal = expr->kind == FB_EXPR_LITERAL;
    if (is_literal && expr->type->id == FB_TYPE_TIMESTAMP && raw->kind == FB_RAW_CAST) {
        fb_buf_add_text(p->out, "TIMESTAMP '");
        fb_value_text_cast(&expr->literal, 0, p->analyzer->analysis->timezone, p->out);
        fb_buf_add_char(p->out, '\'');
        return FB_OK;
    }
    fb_expr_print(expr, p->out);
    return FB_OK;
}

static fb_status print_expr(const printer *p, const fb_raw_expr *raw)
{
    switch (raw->kind) {
    case FB_RAW_CALL:
        if (!fb_slice_equal_nocase(raw->name, FB_SLICE("count")))
            FB_TRY(fb_analyzer_expand_stars(p->analyzer, p->scope, raw, &raw));
        return print_call(p, raw);
    case FB_RAW_CAST:
        if (raw->is_typed_literal) return print_resolved(p, raw);
        /* Spark shows a cast to a nested type as what is cast. */
        if (fb_type_is_nested(raw->type)) return print_expr(p, raw->args[0]);
        fb_buf_add_text(p->out, raw->is_try ? "TRY_CAST(" : "CAST(");
        FB_TRY(print_expr(p, raw->args[0]));
        fb_buf_add_text(p->out, " AS ");
        fb_type_print_sql(raw->type, p->out);
        fb_buf_add_char(p->out, ')');
        return FB_OK;
    case FB_RAW_FIELD:
        FB_TRY(print_expr(p, raw->args[0]));
        fb_buf_add_char(p->out, '.');
        fb_buf_add_slice(p->out, raw->name);
        return FB_OK;
    case FB_RAW_ALIAS:
        FB_TRY(print_expr(p, raw->args[0]));
        fb_buf_add_text(p->out, " AS ");
        fb_buf_add_slice(p->out, raw->name);
        return FB_OK;
    case FB_RAW_STAR:
    case FB_RAW_INTERVAL:
        fb_raw_expr_print(raw, p->out);
        return FB_OK;
    case FB_RAW_NAME:
    case FB_RAW_LITERAL:
        return print_resolved(p, raw);
    }
    FB_UNREACHABLE();
}

fb_status fb_analyzer_print_name(fb_analyzer *a, const fb_scope *scope, const fb_raw_expr *raw,
                                 fb_buf *out)
{
    const printer p = {.analyzer = a, .scope = scope, .out = out};
    return print_expr(&p, raw);
}
