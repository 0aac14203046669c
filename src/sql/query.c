/* SPDX-License-Identifier: Apache-2.0
 *
 * Plan nodes for the grammar's actions. */
#include "sql/build.h"

#include "base/buf.h"

/* `depth` and `size`: those of its children. */
static fb_sql_plan make_plan(fb_sql_build *sql, fb_sql_span span, uint32_t depth, uint32_t size,
                             fb_raw_plan node)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    depth++;
    size++;
    if (size > FB_SQL_MAX_PLAN_NODES) {
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "FAILED_TO_PARSE_TOO_COMPLEX",
                          "the query has more than %d parts, its names in WITH put in",
                          FB_SQL_MAX_PLAN_NODES);
        return (fb_sql_plan){0};
    }
    if (depth > FB_SQL_MAX_DEPTH) {
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "FAILED_TO_PARSE_TOO_COMPLEX",
                          "the query is nested more than %d deep", FB_SQL_MAX_DEPTH);
        return (fb_sql_plan){0};
    }
    node.position = fb_sql_position(span);
    fb_raw_plan *copy = fb_arena_copy(sql->arena, &node, sizeof node);
    if (!copy) (void)fb_sql_fail_nomem(sql);
    return (fb_sql_plan){copy, depth, size};
}

/* An array of one, for `children` and `exprs`. */
static void *array_of_one(fb_sql_build *sql, const void *pointer)
{
    void *array = fb_arena_copy(sql->arena, &pointer, sizeof pointer);
    if (!array) (void)fb_sql_fail_nomem(sql);
    return array;
}

/* `node` over `child`. */
static fb_sql_plan over(fb_sql_build *sql, fb_sql_span span, fb_sql_plan child, fb_raw_plan node)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    node.children = array_of_one(sql, child.node);
    node.child_count = 1;
    return make_plan(sql, span, child.depth, child.size, node);
}

fb_sql_exprs fb_sql_add_row(fb_sql_build *sql, fb_sql_exprs rows, fb_sql_expr row, bool is_first)
{
    if (sql->status != FB_OK) return rows;
    /* (1, 2) comes as a struct of two, (1) and 1 as themselves. Spark does not tell a row from a
     * single struct(1, 2) either. */
    bool is_tuple = row.node->kind == FB_RAW_CALL && row.node->arg_count > 0 &&
                    fb_slice_equal_nocase(row.node->name, FB_SLICE("struct"));
    uint32_t width = is_tuple ? row.node->arg_count : 1;
    if (is_first) rows.row_width = width;
    if (width != rows.row_width) {
        (void)fb_sql_fail(sql, row.span, FB_E_ANALYSIS, "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                          "Invalid inline table. Inline table expected %u columns but found %u "
                          "columns in row %u.",
                          rows.row_width, width, rows.nodes.count / rows.row_width);
        return rows;
    }
    for (uint32_t i = 0; i < width; i++) {
        fb_sql_expr value = row;
        if (is_tuple) value.node = row.node->args[i];
        if (value.node->kind == FB_RAW_ALIAS) value.node = value.node->args[0];
        rows = fb_sql_add_expr(sql, rows, value);
    }
    return rows;
}

fb_sql_plan fb_sql_values(fb_sql_build *sql, fb_sql_token at, fb_sql_exprs rows, fb_sql_alias alias)
{
    if (alias.columns.count && alias.columns.count != rows.row_width)
        (void)fb_sql_fail(sql, alias.span, FB_E_ANALYSIS,
                          "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                          "Invalid inline table. Inline table expected %u columns but found %u "
                          "columns in row 0.",
                          alias.columns.count, rows.row_width);
    fb_sql_plan values = make_plan(sql, fb_sql_token_span(at), 0, 0,
                                   (fb_raw_plan){.kind = FB_RAW_VALUES,
                                                 .exprs = rows.nodes.items,
                                                 .expr_count = rows.nodes.count,
                                                 .column_count = rows.row_width});
    return fb_sql_subquery(sql, values, alias);
}

/* "a.b.c" for the catalog. */
static fb_slice join_parts(fb_sql_build *sql, const fb_raw_expr *name)
{
    fb_slice joined = name->parts[0];
    for (uint32_t i = 1; i < name->part_count; i++)
        joined = fb_sql_concat(sql, fb_sql_concat(sql, joined, FB_SLICE(".")), name->parts[i]);
    return joined;
}

fb_sql_plan fb_sql_table(fb_sql_build *sql, fb_sql_expr name, bool is_stream)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    fb_slice joined = join_parts(sql, name.node);
    for (uint32_t i = sql->cte_count; !is_stream && name.node->part_count == 1 && i-- > 0;) {
        const fb_sql_cte *cte = &sql->ctes[i];
        if (!fb_slice_equal_nocase(cte->name, joined)) continue;
        return over(sql, name.span, cte->plan,
                    (fb_raw_plan){.kind = FB_RAW_SUBQUERY, .name = cte->name});
    }
    return make_plan(sql, name.span, 0, 0,
                     (fb_raw_plan){.kind = FB_RAW_TABLE, .name = joined, .is_stream = is_stream});
}

fb_sql_plan fb_sql_subquery(fb_sql_build *sql, fb_sql_plan plan, fb_sql_alias alias)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    if (!alias.name.size) return plan;
    return over(sql, alias.span, plan,
                (fb_raw_plan){.kind = FB_RAW_SUBQUERY,
                              .name = alias.name,
                              .column_names = alias.columns.items,
                              .column_name_count = alias.columns.count});
}

/* Whether columns of `plan` can be named by what they were read from: t.a. */
static bool has_qualifiers(const fb_raw_plan *plan)
{
    while (plan->kind == FB_RAW_SORT || plan->kind == FB_RAW_WATERMARK ||
           plan->kind == FB_RAW_DISTINCT)
        plan = plan->children[0];
    return plan->kind == FB_RAW_TABLE || plan->kind == FB_RAW_SUBQUERY;
}

fb_sql_plan fb_sql_hide(fb_sql_build *sql, fb_sql_plan plan)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    if (!has_qualifiers(plan.node)) return plan;
    fb_position position = plan.node->position;
    return over(sql, (fb_sql_span){.line = position.line, .column = position.column}, plan,
                (fb_raw_plan){.kind = FB_RAW_SUBQUERY});
}

fb_sql_plan fb_sql_select(fb_sql_build *sql, fb_sql_token at, fb_sql_exprs items, fb_sql_plan from,
                          const fb_sql_expr *where, fb_sql_groups groups, const fb_sql_expr *having)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    fb_sql_span span = fb_sql_token_span(at);
    if (!from.node) from = make_plan(sql, span, 0, 0, (fb_raw_plan){.kind = FB_RAW_ONE_ROW});
    if (where)
        from = over(sql, where->span, from,
                    (fb_raw_plan){.kind = FB_RAW_FILTER,
                                  .exprs = array_of_one(sql, where->node),
                                  .expr_count = 1});
    bool is_aggregate = groups.is_given || having;
    return over(sql, span, from,
                (fb_raw_plan){.kind = is_aggregate ? FB_RAW_AGGREGATE : FB_RAW_PROJECT,
                              .exprs = items.nodes.items,
                              .expr_count = items.nodes.count,
                              .groups = groups.exprs.nodes.items,
                              .group_count = groups.exprs.nodes.count,
                              .having = having ? having->node : NULL});
}

fb_sql_plan fb_sql_distinct(fb_sql_build *sql, fb_sql_token at, fb_sql_plan plan)
{
    return over(sql, fb_sql_token_span(at), plan, (fb_raw_plan){.kind = FB_RAW_DISTINCT});
}

fb_sql_plan fb_sql_sorted(fb_sql_build *sql, fb_sql_plan plan, fb_sql_sort sort)
{
    if (!sort.keys.count) return plan;
    return over(sql, fb_sql_token_span(sort.at), plan,
                (fb_raw_plan){.kind = FB_RAW_SORT,
                              .sort_keys = sort.keys.items,
                              .sort_key_count = sort.keys.count});
}

fb_sql_plan fb_sql_watermarked(fb_sql_build *sql, fb_sql_plan plan, fb_sql_watermark watermark)
{
    if (!watermark.at.kind) return plan;
    if (sql->status != FB_OK || !fb_sql_check_delay(sql, watermark.delay)) return (fb_sql_plan){0};
    return over(sql, fb_sql_token_span(watermark.at), plan,
                (fb_raw_plan){.kind = FB_RAW_WATERMARK,
                              .exprs = array_of_one(sql, watermark.column.node),
                              .expr_count = 1,
                              .delay = watermark.delay.value,
                              .delay_position = fb_sql_position(watermark.delay.span)});
}

/* A chain of unions is one node with many children. The array doubles when its length reaches a
 * power of two; the node that is extended is nobody else's. */
fb_sql_plan fb_sql_union(fb_sql_build *sql, fb_sql_token at, fb_sql_plan a, fb_sql_plan b)
{
    if (sql->status != FB_OK) return (fb_sql_plan){0};
    bool is_chain = a.node->kind == FB_RAW_UNION;
    uint32_t count = is_chain ? a.node->child_count : 1;
    const fb_raw_plan **children = is_chain ? (const fb_raw_plan **)a.node->children : NULL;
    if ((count & (count - 1)) == 0) {
        const fb_raw_plan **larger = fb_arena_array(sql->arena, 2 * (size_t)count, sizeof *larger);
        if (!larger) {
            (void)fb_sql_fail_nomem(sql);
            return (fb_sql_plan){0};
        }
        if (is_chain) memcpy(larger, children, count * sizeof *larger);
        children = larger;
    }
    if (!is_chain) children[0] = a.node;
    children[count] = b.node;
    uint32_t left = is_chain ? a.depth - 1 : a.depth;
    return make_plan(
        sql, fb_sql_token_span(at), left > b.depth ? left : b.depth,
        a.size - (is_chain ? 1 : 0) + b.size,
        (fb_raw_plan){.kind = FB_RAW_UNION, .children = children, .child_count = count + 1});
}

void fb_sql_add_cte(fb_sql_build *sql, uint32_t first, fb_sql_token name, fb_sql_vector columns,
                    fb_sql_plan plan, fb_sql_span span)
{
    if (sql->status != FB_OK) return;
    if (sql->cte_count == FB_SQL_MAX_CTES) {
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "", "WITH has more than %d names",
                          FB_SQL_MAX_CTES);
        return;
    }
    fb_sql_cte cte = {.name = fb_sql_ident(sql, name), .plan = plan};
    for (uint32_t i = first; i < sql->cte_count; i++) {
        if (!fb_slice_equal_nocase(sql->ctes[i].name, cte.name)) continue;
        (void)fb_sql_fail(sql, fb_sql_token_span(name), FB_E_SYNTAX, "DUPLICATED_CTE_NAMES",
                          "CTE definition can't have duplicate names: `%.*s`.",
                          FB_SLICE_ARGS(cte.name));
        return;
    }
    fb_sql_alias alias = {cte.name, columns, fb_sql_token_span(name)};
    if (columns.count) cte.plan = fb_sql_subquery(sql, plan, alias);
    sql->ctes[sql->cte_count++] = cte;
}
