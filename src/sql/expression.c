/* SPDX-License-Identifier: Apache-2.0
 *
 * Expression nodes for the grammar's actions. */
#include "sql/build.h"

#include "base/buf.h"

#include "grammar.h"

enum { MAX_UNDERLINE = 200, MAX_NAME_PARTS = 32 };

/* --- places --- */

fb_sql_span fb_sql_token_span(fb_sql_token token)
{
    return (fb_sql_span){token.text, token.line, token.column};
}

fb_sql_span fb_sql_join(fb_sql_span first, fb_sql_span last)
{
    if (!first.text.data || !last.text.data) return first;
    first.text.size = (size_t)(last.text.data + last.text.size - first.text.data);
    return first;
}

fb_position fb_sql_position(fb_sql_span span)
{
    fb_position position = {.line = span.line, .column = span.column};
    for (size_t i = 0; i < span.text.size && position.length < MAX_UNDERLINE; i++) {
        if (span.text.data[i] == '\n') break;
        position.length += ((unsigned char)span.text.data[i] & 0xc0) != 0x80;
    }
    return position;
}

/* --- vectors --- */

fb_sql_vector fb_sql_append(fb_sql_build *sql, fb_sql_vector vector, const void *item,
                            size_t size_bytes)
{
    if (sql->status != FB_OK) return vector;
    if (vector.count == vector.capacity) {
        uint32_t capacity = vector.capacity ? vector.capacity * 2 : 4;
        void *items = fb_arena_array(sql->arena, capacity, size_bytes);
        if (!items) {
            (void)fb_sql_fail_nomem(sql);
            return vector;
        }
        if (vector.count) memcpy(items, vector.items, vector.count * size_bytes);
        vector.items = items;
        vector.capacity = capacity;
    }
    memcpy((char *)vector.items + vector.count * size_bytes, item, size_bytes);
    vector.count++;
    return vector;
}

fb_sql_exprs fb_sql_add_expr(fb_sql_build *sql, fb_sql_exprs list, fb_sql_expr expr)
{
    list.nodes = fb_sql_append(sql, list.nodes, &expr.node, sizeof expr.node);
    if (expr.depth > list.depth) list.depth = expr.depth;
    return list;
}

fb_sql_exprs fb_sql_prepend(fb_sql_build *sql, fb_sql_expr first, fb_sql_exprs rest)
{
    fb_sql_exprs list = fb_sql_add_expr(sql, (fb_sql_exprs){0}, first);
    for (uint32_t i = 0; i < rest.nodes.count; i++) {
        const fb_raw_expr *node = ((const fb_raw_expr **)rest.nodes.items)[i];
        list = fb_sql_add_expr(sql, list, (fb_sql_expr){.node = node, .depth = rest.depth});
    }
    return list;
}

/* --- nodes --- */

fb_sql_expr fb_sql_node(fb_sql_build *sql, fb_sql_span span, uint32_t depth, fb_raw_expr node)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    if (depth > FB_SQL_MAX_DEPTH) {
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "FAILED_TO_PARSE_TOO_COMPLEX",
                          "the expression is nested more than %d deep", FB_SQL_MAX_DEPTH);
        return (fb_sql_expr){0};
    }
    node.position = fb_sql_position(span);
    node.text = span.text;
    fb_raw_expr *copy = fb_arena_copy(sql->arena, &node, sizeof node);
    if (!copy) (void)fb_sql_fail_nomem(sql);
    return (fb_sql_expr){copy, span, depth};
}

fb_sql_expr fb_sql_name(fb_sql_build *sql, fb_sql_token token)
{
    fb_slice part = fb_sql_ident(sql, token);
    const fb_slice *parts = fb_arena_copy(sql->arena, &part, sizeof part);
    if (!parts) (void)fb_sql_fail_nomem(sql);
    return fb_sql_node(sql, fb_sql_token_span(token), 1,
                       (fb_raw_expr){.kind = FB_RAW_NAME, .parts = parts, .part_count = 1});
}

fb_sql_expr fb_sql_member(fb_sql_build *sql, fb_sql_expr base, fb_sql_token name)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    fb_sql_span span = fb_sql_join(base.span, fb_sql_token_span(name));
    fb_slice part = fb_sql_ident(sql, name);
    if (base.node->kind != FB_RAW_NAME) {
        const fb_raw_expr **args = fb_arena_copy(sql->arena, &base.node, sizeof base.node);
        if (!args) (void)fb_sql_fail_nomem(sql);
        return fb_sql_node(
            sql, span, base.depth + 1,
            (fb_raw_expr){.kind = FB_RAW_FIELD, .name = part, .args = args, .arg_count = 1});
    }
    uint32_t count = base.node->part_count;
    if (count == MAX_NAME_PARTS) {
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "", "a name has more than %d parts",
                          MAX_NAME_PARTS);
        return (fb_sql_expr){0};
    }
    fb_slice *parts = fb_arena_array(sql->arena, count + 1, sizeof *parts);
    if (!parts) {
        (void)fb_sql_fail_nomem(sql);
        return (fb_sql_expr){0};
    }
    memcpy(parts, base.node->parts, count * sizeof *parts);
    parts[count] = part;
    return fb_sql_node(sql, span, 1,
                       (fb_raw_expr){.kind = FB_RAW_NAME, .parts = parts, .part_count = count + 1});
}

fb_sql_expr fb_sql_star(fb_sql_build *sql, const fb_sql_expr *base, fb_sql_token star)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    fb_raw_expr node = {.kind = FB_RAW_STAR};
    fb_sql_span span = fb_sql_token_span(star);
    if (base) {
        span = fb_sql_join(base->span, span);
        if (base->node->kind != FB_RAW_NAME) {
            (void)fb_sql_fail(sql, span, FB_E_UNSUPPORTED, "",
                              "only a view, an alias or a struct column can stand before '.*'");
            return (fb_sql_expr){0};
        }
        node.parts = base->node->parts;
        node.part_count = base->node->part_count;
    }
    return fb_sql_node(sql, span, 1, node);
}

static fb_sql_expr make_call(fb_sql_build *sql, fb_slice name, fb_sql_span span, fb_sql_exprs args,
                             bool is_distinct)
{
    return fb_sql_node(sql, span, args.depth + 1,
                       (fb_raw_expr){.kind = FB_RAW_CALL,
                                     .name = name,
                                     .args = args.nodes.items,
                                     .arg_count = args.nodes.count,
                                     .is_distinct = is_distinct});
}

fb_sql_expr fb_sql_call(fb_sql_build *sql, const char *name, fb_sql_span span,
                        const fb_sql_expr *args, uint32_t arg_count)
{
    fb_sql_exprs list = {0};
    for (uint32_t i = 0; i < arg_count; i++)
        list = fb_sql_add_expr(sql, list, args[i]);
    return make_call(sql, fb_slice_of(name), span, list, false);
}

fb_sql_expr fb_sql_binary(fb_sql_build *sql, const char *name, fb_sql_expr a, fb_sql_expr b)
{
    return fb_sql_call(sql, name, fb_sql_join(a.span, b.span), (fb_sql_expr[]){a, b}, 2);
}

static fb_sql_expr balance(fb_sql_build *sql, const char *name, const fb_sql_expr *operands,
                           uint32_t count)
{
    if (count == 1) return operands[0];
    uint32_t left = (count + 1) / 2;
    return fb_sql_binary(sql, name, balance(sql, name, operands, left),
                         balance(sql, name, operands + left, count - left));
}

fb_sql_expr fb_sql_balance(fb_sql_build *sql, const char *name, fb_sql_vector operands)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    return balance(sql, name, operands.items, operands.count);
}

fb_sql_expr fb_sql_unary(fb_sql_build *sql, const char *name, fb_sql_token op, fb_sql_expr a)
{
    return fb_sql_call(sql, name, fb_sql_join(fb_sql_token_span(op), a.span), &a, 1);
}

fb_sql_expr fb_sql_negate(fb_sql_build *sql, fb_sql_expr expr, bool is_not)
{
    return is_not ? fb_sql_call(sql, "not", expr.span, &expr, 1) : expr;
}

fb_sql_expr fb_sql_paren(fb_sql_expr inner, fb_sql_token open, fb_sql_token close)
{
    inner.span = fb_sql_join(fb_sql_token_span(open), fb_sql_token_span(close));
    return inner;
}

fb_sql_expr fb_sql_in(fb_sql_build *sql, fb_sql_expr value, fb_sql_exprs list, fb_sql_token close,
                      bool is_not)
{
    fb_sql_span span = fb_sql_join(value.span, fb_sql_token_span(close));
    fb_sql_expr in = make_call(sql, FB_SLICE("in"), span, fb_sql_prepend(sql, value, list), false);
    return fb_sql_negate(sql, in, is_not);
}

/* --- functions --- */

/* "a.b" of a name's parts. All functions there are, are Spark's system.builtin ones. */
static fb_slice function_name(fb_sql_build *sql, const fb_raw_expr *name)
{
    uint32_t first = 0;
    if (name->part_count == 3 && fb_slice_equal_nocase(name->parts[0], FB_SLICE("system")))
        first = 1;
    if (name->part_count == first + 2 &&
        fb_slice_equal_nocase(name->parts[first], FB_SLICE("builtin")))
        return name->parts[first + 1];
    fb_slice joined = name->parts[0];
    for (uint32_t i = 1; i < name->part_count; i++)
        joined = fb_sql_concat(sql, fb_sql_concat(sql, joined, FB_SLICE(".")), name->parts[i]);
    return joined;
}

static void fail_call(fb_sql_build *sql, fb_sql_token open)
{
    (void)fb_sql_fail(sql, fb_sql_token_span(open), FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                      "syntax error at or near '('; only a function's name can stand before it");
}

fb_sql_expr fb_sql_function(fb_sql_build *sql, fb_sql_expr base, fb_sql_exprs args,
                            bool is_distinct, fb_sql_token open, fb_sql_token close,
                            fb_sql_tail tail)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    if (base.node->kind != FB_RAW_NAME) {
        fail_call(sql, open);
        return (fb_sql_expr){0};
    }
    fb_sql_token last = tail.end.kind ? tail.end : close;
    uint32_t depth = tail.filter.depth > args.depth ? tail.filter.depth : args.depth;
    return fb_sql_node(sql, fb_sql_join(base.span, fb_sql_token_span(last)), depth + 1,
                       (fb_raw_expr){.kind = FB_RAW_CALL,
                                     .name = function_name(sql, base.node),
                                     .args = args.nodes.items,
                                     .arg_count = args.nodes.count,
                                     .is_distinct = is_distinct,
                                     .filter = tail.filter.node,
                                     .ignores_nulls = tail.ignores_nulls,
                                     .respects_nulls = tail.respects_nulls});
}

fb_sql_expr fb_sql_ignoring_function(fb_sql_build *sql, fb_sql_expr base, fb_sql_expr arg,
                                     fb_sql_token open, fb_sql_token ignore, fb_sql_token close)
{
    static const char *const names[] = {"first", "last", "any_value"};
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    bool is_known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        is_known |= base.node->kind == FB_RAW_NAME && base.node->part_count == 1 &&
                    fb_slice_equal_nocase(base.node->parts[0], fb_slice_of(names[i]));
    if (!is_known) {
        (void)fb_sql_fail(sql, fb_sql_token_span(ignore), FB_E_SYNTAX, "PARSE_SYNTAX_ERROR",
                          "syntax error at or near 'IGNORE'; it stands behind the parentheses, but "
                          "for first, last and any_value");
        return (fb_sql_expr){0};
    }
    fb_sql_exprs args = fb_sql_add_expr(sql, (fb_sql_exprs){0}, arg);
    return fb_sql_function(sql, base, args, false, open, close,
                           (fb_sql_tail){.ignores_nulls = true});
}

fb_sql_expr fb_sql_keyword_function(fb_sql_build *sql, fb_sql_token name, fb_sql_exprs args,
                                    fb_sql_token close)
{
    fb_sql_span span = fb_sql_join(fb_sql_token_span(name), fb_sql_token_span(close));
    return make_call(sql, name.text, span, args, false);
}

fb_sql_expr fb_sql_trim(fb_sql_build *sql, fb_sql_span span, const fb_sql_token *side,
                        const fb_sql_expr *what, fb_sql_expr from)
{
    const char *name = "trim";
    if (side && side->kind == FB_TK_LEADING) name = "ltrim";
    if (side && side->kind == FB_TK_TRAILING) name = "rtrim";
    if (!what) return fb_sql_call(sql, name, span, &from, 1);
    return fb_sql_call(sql, name, span, (fb_sql_expr[]){*what, from}, 2);
}

fb_sql_expr fb_sql_cast(fb_sql_build *sql, fb_sql_span span, fb_sql_expr expr, const fb_type *type,
                        bool is_try)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    const fb_raw_expr **args = fb_arena_copy(sql->arena, &expr.node, sizeof expr.node);
    if (!args) (void)fb_sql_fail_nomem(sql);
    return fb_sql_node(
        sql, span, expr.depth + 1,
        (fb_raw_expr){
            .kind = FB_RAW_CAST, .args = args, .arg_count = 1, .type = type, .is_try = is_try});
}

fb_sql_expr fb_sql_case(fb_sql_build *sql, fb_sql_span span, const fb_sql_expr *subject,
                        fb_sql_exprs whens, const fb_sql_expr *otherwise)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    fb_sql_exprs args = {.depth = whens.depth};
    for (uint32_t i = 0; i < whens.nodes.count; i++) {
        const fb_raw_expr *node = ((const fb_raw_expr **)whens.nodes.items)[i];
        fb_sql_expr arg = {.node = node, .depth = whens.depth};
        if (subject && i % 2 == 0) {
            arg.span = (fb_sql_span){node->text, node->position.line, node->position.column};
            arg = fb_sql_call(sql, "=", arg.span, (fb_sql_expr[]){*subject, arg}, 2);
        }
        args = fb_sql_add_expr(sql, args, arg);
    }
    if (otherwise) args = fb_sql_add_expr(sql, args, *otherwise);
    return make_call(sql, FB_SLICE("case_when"), span, args, false);
}

fb_sql_expr fb_sql_row(fb_sql_build *sql, fb_sql_span span, fb_sql_exprs items)
{
    return make_call(sql, FB_SLICE("struct"), span, items, false);
}

fb_sql_expr fb_sql_aliased(fb_sql_build *sql, fb_sql_expr expr, fb_sql_token alias)
{
    if (sql->status != FB_OK) return (fb_sql_expr){0};
    const fb_raw_expr **args = fb_arena_copy(sql->arena, &expr.node, sizeof expr.node);
    if (!args) (void)fb_sql_fail_nomem(sql);
    return fb_sql_node(
        sql, fb_sql_join(expr.span, fb_sql_token_span(alias)), expr.depth + 1,
        (fb_raw_expr){
            .kind = FB_RAW_ALIAS, .name = fb_sql_ident(sql, alias), .args = args, .arg_count = 1});
}
