/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of SQL; lemon turns it into a parser. Rules follow Spark's SqlBaseParser. What Spark
 * has and Forebay has not is recognised by its first words and refused by name. */
%name fb_sql_lemon
%token_prefix FB_TK_
%token_type { fb_sql_token }
%default_type { int }
%extra_context { fb_sql_build *sql }
%stack_size 2500

%include {
/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/build.h"

#include "base/memory.h"

/* What lemon writes is not ours to polish. */
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define fb_sql_lemon_ENGINEALWAYSONSTACK 1
#define EMPTY_EXPRS ((fb_sql_exprs){0})
#define EMPTY_VECTOR ((fb_sql_vector){0})
}

%syntax_error { sql->is_stuck = true; /* the driver finds the words */ }
%stack_overflow {
    (void)fb_sql_fail(sql, fb_sql_token_span(sql->token), FB_E_LIMIT, "FAILED_TO_PARSE_TOO_COMPLEX",
                      "the statement is nested too deeply");
}

/* Keywords, in one run: keywords.c relies on the first and the last. */
%token
    ALL AND ANTI AS ASC BETWEEN BOTH BY CASE CAST CLUSTER COMMENT CREATE CROSS CUBE DELAY DESC
    DISTINCT DISTRIBUTE DIV ELSE END ESCAPE EXCEPT EXISTS EXPLAIN EXTENDED EXTRACT FALSE FILTER
    FIRST FOR FROM FULL GLOBAL GROUP GROUPING HAVING IF IGNORE ILIKE IN INNER INTERSECT INTERVAL
    IS JOIN LAST LATERAL LEADING LEFT LIKE LIMIT NATURAL NOT NULL NULLS OF OFFSET ON OPTIONS OR
    ORDER OVER OVERLAY PIVOT PLACING POSITION REPLACE RESPECT RIGHT RLIKE ROLLUP SELECT SEMI
    SETS SET_MINUS SORT STREAM STREAMING SUBSTRING TABLE TABLESAMPLE TEMPORARY THEN TO TRAILING
    TRIM TRUE TRY_CAST UNION UNKNOWN UNPIVOT USING VALUES VIEW WATERMARK WHEN WHERE WINDOW WITH
    WITHIN.
/* Never fits: ends a statement, which the grammar sees as the end of its input. */
%token SEMICOLON.

/* Every keyword may be a name where it does not fit as a keyword. */
%fallback IDENT GENERIC UNIT
    ALL AND ANTI AS ASC BETWEEN BOTH BY CASE CAST CLUSTER COMMENT CREATE CROSS CUBE DELAY DESC
    DISTINCT DISTRIBUTE DIV ELSE END ESCAPE EXCEPT EXISTS EXPLAIN EXTENDED EXTRACT FALSE FILTER
    FIRST FOR FULL GLOBAL GROUP GROUPING HAVING IF IGNORE ILIKE IN INNER INTERSECT INTERVAL IS
    JOIN LAST LATERAL LEADING LEFT LIKE LIMIT NATURAL NOT NULL NULLS OF OFFSET ON OPTIONS OR
    ORDER OVER OVERLAY PIVOT PLACING POSITION REPLACE RESPECT RIGHT RLIKE ROLLUP SELECT SEMI
    SETS SET_MINUS SORT STREAM STREAMING SUBSTRING TABLE TABLESAMPLE TEMPORARY THEN TO TRAILING
    TRIM TRUE TRY_CAST UNION UNKNOWN UNPIVOT USING VALUES VIEW WATERMARK WHEN WHERE WINDOW WITH
    WITHIN.

/* Signs within an interval are told from operators beforehand, and may be wrong. */
%fallback MINUS UNIT_MINUS.
%fallback PLUS UNIT_PLUS.

/* The empty rule gives way where both would do. */
%nonassoc GIVES_WAY.
%nonassoc COMMA LP IGNORE.
%left OR.
%left AND.
%right NOT.
%left EQ NE LT LE GT GE NSEQ.
%left PIPE.
%left HAT.
%left AMPERSAND.
%left SHL SHR USHR.
%left PLUS MINUS CONCAT.
%left STAR SLASH PERCENT DIV.
%right TILDE.
/* -1 is a literal, not the negation of one. */
%nonassoc PLAIN_NUMBER.
%nonassoc SIGNED_NUMBER.
%left DOT LB COLON2.

%type expr { fb_sql_expr }
%type condition { fb_sql_expr }
%type value { fb_sql_expr }
%type primary { fb_sql_expr }
%type item { fb_sql_expr }
%type argument { fb_sql_expr }
%type case_else { fb_sql_expr }
%type row { fb_sql_expr }
%type where { fb_sql_expr }
%type exprs { fb_sql_exprs }
%type items { fb_sql_exprs }
%type arguments { fb_sql_exprs }
%type whens { fb_sql_exprs }
%type rows { fb_sql_exprs }
%type ors { fb_sql_vector }
%type ands { fb_sql_vector }
%type strings { fb_sql_strings }
%type string { fb_sql_text }
%type ident { fb_sql_token }
%type number { fb_sql_token }
%type trim_side { fb_sql_token }
%type not { int }
%type type { const fb_type * }
%type fields { fb_sql_vector }
%type field { fb_sql_field }
%type field_comment { fb_slice }
%type names { fb_sql_vector }
%type query { fb_sql_plan }
%type query_body { fb_sql_plan }
%type query_term { fb_sql_plan }
%type select { fb_sql_plan }
%type groups { fb_sql_groups }
%type having { fb_sql_expr }
%type order { fb_sql_sort }
%type sort_keys { fb_sql_vector }
%type sort_key { fb_raw_sort_key }
%type direction { int }
%type null_order { int }
%type watermark { fb_sql_watermark }
%type interval { fb_sql_interval }
%type interval_parts { fb_sql_vector }
%type interval_part { fb_sql_interval_part }
%type interval_value { fb_sql_interval_part }
%type quantifier { fb_sql_token }
%type call_tail { fb_sql_tail }
%type filter { fb_sql_tail }
%type nulls { fb_sql_tail }
%type from { fb_sql_plan }
%type relation { fb_sql_plan }
%type alias { fb_sql_alias }
%type with { uint32_t }
%type table_name { fb_sql_expr }
%type statement { fb_statement * }
%type view_head { fb_sql_target }
%type options { fb_sql_vector }
%type option_list { fb_sql_vector }
%type option_key { fb_sql_text }
%type option_value { fb_sql_text }
%type view_fields { fb_sql_vector }
%type view_field_list { fb_sql_vector }
%type view_field { fb_sql_field }

/* ---- what may be parsed: a hidden first token says which ---- */

%start_symbol goal
goal ::= GOAL_STATEMENT statement(A).   { sql->statement = A; }
goal ::= GOAL_EXPRESSION item(A).       { sql->expression = A.node; }
goal ::= GOAL_SORT_KEY sort_key(A).     { sql->sort_key = A; }
goal ::= GOAL_SCHEMA fields(A).
    { if (fb_sql_check_schema_type(sql)) sql->type = fb_sql_struct_type(sql, A); }
goal ::= GOAL_SCHEMA type(A).           { if (fb_sql_check_schema_type(sql)) sql->type = A; }

/* ---- statements ---- */

statement(A) ::= query(Q).                    { A = fb_sql_select_statement(sql, Q); }
statement(A) ::= EXPLAIN(T) statement(S).        { A = fb_sql_explain(sql, T, S, false); }
statement(A) ::= EXPLAIN(T) EXTENDED statement(S). { A = fb_sql_explain(sql, T, S, true); }

statement(A) ::= CREATE replace(R) TEMPORARY VIEW exists(E) ident(N) view_fields(F) USING ident(U)
                 options(O). {
    A = fb_sql_view_using(sql, (fb_sql_target){.name = N, .format = U, .or_replace = R,
                                               .if_not_exists = E, .fields = F, .options = O});
}
statement(A) ::= CREATE replace(R) TEMPORARY VIEW exists(E) ident(N) view_fields(F) field_comment
                 AS query(Q). {
    A = fb_sql_view_as(sql, (fb_sql_target){.name = N, .or_replace = R, .if_not_exists = E,
                                            .fields = F}, Q);
}
statement(A) ::= CREATE STREAMING TABLE exists(E) ident(N) USING ident(U) options(O) AS query(Q). {
    A = fb_sql_stream_table(sql, (fb_sql_target){.name = N, .format = U, .if_not_exists = E,
                                                 .options = O}, Q);
}
statement(A) ::= CREATE replace VIEW(T).    { fb_sql_unsupported(sql, T, "a view that is not TEMPORARY"); A = NULL; }
statement(A) ::= CREATE replace GLOBAL(T).  { fb_sql_unsupported(sql, T, "a GLOBAL view"); A = NULL; }
statement(A) ::= CREATE replace TABLE(T).   { fb_sql_unsupported(sql, T, "CREATE TABLE without STREAMING"); A = NULL; }
statement(A) ::= CREATE replace TEMPORARY TABLE(T). { fb_sql_unsupported(sql, T, "CREATE TEMPORARY TABLE"); A = NULL; }

%type replace { bool }
replace(A) ::= .            { A = false; }
replace(A) ::= OR REPLACE.  { A = true; }
%type exists { bool }
exists(A) ::= .               { A = false; }
exists(A) ::= IF NOT EXISTS.  { A = true; }

view_fields(A) ::= .                            { A = EMPTY_VECTOR; }
view_fields(A) ::= LP view_field_list(L) RP.    { A = L; }
view_field_list(A) ::= view_field(F).           { A = fb_sql_append(sql, EMPTY_VECTOR, &F, sizeof F); }
view_field_list(A) ::= view_field_list(L) COMMA view_field(F). { A = fb_sql_append(sql, L, &F, sizeof F); }
view_field(A) ::= ident(N) field_comment(C). {
    A = (fb_sql_field){.name = fb_sql_ident(sql, N), .comment = C, .span = fb_sql_token_span(N)};
}
view_field(A) ::= field(F).                     { A = F; }

options(A) ::= .                                { A = EMPTY_VECTOR; }
options(A) ::= OPTIONS LP option_list(L) RP.    { A = L; }
option_list(A) ::= option_key(K) option_value(V).
    { A = fb_sql_add_option(sql, EMPTY_VECTOR, K, V); }
option_list(A) ::= option_list(L) COMMA option_key(K) option_value(V).
    { A = fb_sql_add_option(sql, L, K, V); }
option_key(A) ::= ident(N).
    { A = (fb_sql_text){fb_sql_ident(sql, N), fb_sql_token_span(N)}; }
option_key(A) ::= option_key(K) DOT ident(N).   { A = fb_sql_dotted(sql, K, N); }
option_key(A) ::= STRING(S).
    { A = (fb_sql_text){fb_sql_string(sql, S), fb_sql_token_span(S)}; }
option_value(A) ::= EQ option_value(V).         { A = V; }
option_value(A) ::= STRING(S).
    { A = (fb_sql_text){fb_sql_string(sql, S), fb_sql_token_span(S)}; }
option_value(A) ::= number(N).                  { A = (fb_sql_text){N.text, fb_sql_token_span(N)}; }
option_value(A) ::= MINUS(M) number(N).
    { A.span = fb_sql_join(fb_sql_token_span(M), fb_sql_token_span(N)); A.value = A.span.text; }
option_value(A) ::= TRUE(T).    { A = (fb_sql_text){FB_SLICE("true"), fb_sql_token_span(T)}; }
option_value(A) ::= FALSE(T).   { A = (fb_sql_text){FB_SLICE("false"), fb_sql_token_span(T)}; }

/* ---- queries ---- */

query(A) ::= query_body(Q) order(O) query_tail.  { A = fb_sql_sorted(sql, Q, O); }
query(A) ::= with(W) query_body(Q) order(O) query_tail.
    { sql->cte_count = W; A = fb_sql_sorted(sql, Q, O); }

/* Names are visible to what follows them; the count before them comes back at the end. */
with(A) ::= WITH(T) ident(N) alias_columns(C) AS LP query(Q) RP(E). {
    A = sql->cte_count;
    fb_sql_add_cte(sql, A, N, C, Q, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(E)));
}
with(A) ::= with(W) COMMA ident(N) alias_columns(C) AS LP query(Q) RP(E). {
    A = W;
    fb_sql_add_cte(sql, A, N, C, Q, fb_sql_join(fb_sql_token_span(N), fb_sql_token_span(E)));
}

order(A) ::= .                    { A = (fb_sql_sort){0}; }
order(A) ::= ORDER(T) BY sort_keys(L). { A = (fb_sql_sort){T, L}; }
order(A) ::= SORT(T) BY.          { fb_sql_unsupported(sql, T, "SORT BY"); A = (fb_sql_sort){0}; }
order(A) ::= DISTRIBUTE(T) BY.    { fb_sql_unsupported(sql, T, "DISTRIBUTE BY"); A = (fb_sql_sort){0}; }
order(A) ::= CLUSTER(T) BY.       { fb_sql_unsupported(sql, T, "CLUSTER BY"); A = (fb_sql_sort){0}; }
sort_keys(A) ::= sort_key(K).     { A = fb_sql_append(sql, EMPTY_VECTOR, &K, sizeof K); }
sort_keys(A) ::= sort_keys(L) COMMA sort_key(K). { A = fb_sql_append(sql, L, &K, sizeof K); }
sort_key(A) ::= expr(E) direction(D) null_order(N).
    { A = (fb_raw_sort_key){E.node, D, N < 0 ? D : N}; }
direction(A) ::= .                { A = 0; }
direction(A) ::= ASC.             { A = 0; }
direction(A) ::= DESC.            { A = 1; }
null_order(A) ::= .               { A = -1; }
null_order(A) ::= NULLS FIRST.    { A = 0; }
null_order(A) ::= NULLS LAST.     { A = 1; }

query_tail ::= .
query_tail ::= WINDOW(T) ident.   { fb_sql_unsupported(sql, T, "the WINDOW clause"); }
query_tail ::= LIMIT(T).          { fb_sql_unsupported(sql, T, "LIMIT"); }
query_tail ::= OFFSET(T).         { fb_sql_unsupported(sql, T, "OFFSET"); }

query_body(A) ::= query_term(Q).                                 { A = Q; }
query_body(A) ::= query_body(L) UNION(T) ALL query_term(R).      { A = fb_sql_union(sql, T, L, R); }
query_body(A) ::= query_body(L) UNION(T) query_term(R).
    { A = fb_sql_distinct(sql, T, fb_sql_union(sql, T, L, R)); }
query_body(A) ::= query_body(L) UNION(T) DISTINCT query_term(R).
    { A = fb_sql_distinct(sql, T, fb_sql_union(sql, T, L, R)); }
query_body(A) ::= query_body(L) INTERSECT(T). { fb_sql_unsupported(sql, T, "INTERSECT"); A = L; }
query_body(A) ::= query_body(L) EXCEPT(T).    { fb_sql_unsupported(sql, T, "EXCEPT"); A = L; }
query_body(A) ::= query_body(L) SET_MINUS(T). { fb_sql_unsupported(sql, T, "MINUS"); A = L; }

query_term(A) ::= select(S).                  { A = S; }
query_term(A) ::= LP query(Q) RP.             { A = Q; }
query_term(A) ::= TABLE table_name(N).        { A = fb_sql_table(sql, N, false); }
query_term(A) ::= VALUES(T) rows(R) alias(S). { A = fb_sql_values(sql, T, R, S); }

rows(A) ::= row(R).                   { A = fb_sql_add_row(sql, EMPTY_EXPRS, R, true); }
rows(A) ::= rows(L) COMMA row(R).     { A = fb_sql_add_row(sql, L, R, false); }
row(A) ::= expr(E).                   { A = E; }

select(A) ::= SELECT(T) quantifier(Q) items(I) from(F) where(W) groups(G) having(H). {
    A = fb_sql_select(sql, T, I, F, W.node ? &W : NULL, G, H.node ? &H : NULL);
    if (Q.kind) A = fb_sql_distinct(sql, Q, A);
}
quantifier(A) ::= .                   { A = (fb_sql_token){0}; }
quantifier(A) ::= ALL.                { A = (fb_sql_token){0}; }
quantifier(A) ::= DISTINCT(T).        { A = T; }
groups(A) ::= .                       { A = (fb_sql_groups){0}; }
groups(A) ::= GROUP BY exprs(L) group_tail.   { A = (fb_sql_groups){L, true}; }
groups(A) ::= GROUP BY grouping_sets.         { A = (fb_sql_groups){0}; }
groups(A) ::= GROUP BY exprs COMMA grouping_sets.    { A = (fb_sql_groups){0}; }
group_tail ::= .
group_tail ::= grouping_sets.
group_tail ::= WITH(T) ROLLUP.        { fb_sql_unsupported(sql, T, "GROUP BY ... WITH ROLLUP"); }
group_tail ::= WITH(T) CUBE.          { fb_sql_unsupported(sql, T, "GROUP BY ... WITH CUBE"); }
grouping_sets ::= GROUPING(T) SETS LP. { fb_sql_unsupported(sql, T, "GROUPING SETS"); }
grouping_sets ::= ROLLUP(T) LP.       { fb_sql_unsupported(sql, T, "ROLLUP"); }
grouping_sets ::= CUBE(T) LP.         { fb_sql_unsupported(sql, T, "CUBE"); }
having(A) ::= .                       { A = (fb_sql_expr){0}; }
having(A) ::= HAVING expr(E).         { A = E; }

from(A) ::= .                         { A = (fb_sql_plan){0}; }
from(A) ::= FROM relation(R) joined.  { A = R; }
where(A) ::= .                        { A = (fb_sql_expr){0}; }
where(A) ::= WHERE expr(E).           { A = E; }

joined ::= .
joined ::= COMMA(T).        { fb_sql_unsupported(sql, T, "a join of several relations in FROM"); }
joined ::= JOIN(T).         { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= INNER(T).        { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= CROSS(T).        { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= LEFT(T).         { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= RIGHT(T).        { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= FULL(T).         { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= SEMI(T).         { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= ANTI(T).         { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= NATURAL(T).      { fb_sql_unsupported(sql, T, "JOIN"); }
joined ::= LATERAL(T).      { fb_sql_unsupported(sql, T, "LATERAL VIEW"); }
joined ::= PIVOT(T).        { fb_sql_unsupported(sql, T, "PIVOT"); }
joined ::= UNPIVOT(T).      { fb_sql_unsupported(sql, T, "UNPIVOT"); }

relation(A) ::= named_relation(R).    { A = R; }
relation(A) ::= LP named_relation(R) RP sample watermark(W) alias(S).
    { A = fb_sql_subquery(sql, fb_sql_watermarked(sql, R, W), S); }
relation(A) ::= LP query(Q) RP sample watermark(W) alias(S).
    { A = fb_sql_watermarked(sql, fb_sql_subquery(sql, fb_sql_hide(sql, Q), S), W); }
relation(A) ::= VALUES(T) rows(R) watermark(W) alias(S).
    { A = fb_sql_watermarked(sql, fb_sql_values(sql, T, R, S), W); }
relation(A) ::= table_name(N) LP(T).
    { fb_sql_unsupported(sql, T, "a table-valued function"); A = fb_sql_table(sql, N, false); }

/* A watermark is written before the alias, and knows it. */
%type named_relation { fb_sql_plan }
named_relation(A) ::= table_name(N) sample watermark(W) alias(S).
    { A = fb_sql_watermarked(sql, fb_sql_subquery(sql, fb_sql_table(sql, N, false), S), W); }
named_relation(A) ::= STREAM table_name(N) sample watermark(W) alias(S).
    { A = fb_sql_watermarked(sql, fb_sql_subquery(sql, fb_sql_table(sql, N, true), S), W); }
named_relation(A) ::= STREAM LP table_name(N) RP sample watermark(W) alias(S).
    { A = fb_sql_watermarked(sql, fb_sql_subquery(sql, fb_sql_table(sql, N, true), S), W); }

sample ::= .
sample ::= TABLESAMPLE(T).      { fb_sql_unsupported(sql, T, "TABLESAMPLE"); }

watermark(A) ::= .  [GIVES_WAY] { A = (fb_sql_watermark){0}; }
watermark(A) ::= WATERMARK(T) item(C) DELAY OF interval(D). { A = (fb_sql_watermark){T, C, D}; }

/* INTERVAL 1 DAY -2 HOURS, INTERVAL '1 02:03' DAY TO MINUTE; keywords.c finds units and signs. */
interval(A) ::= INTERVAL(T) interval_parts(L).  { A = fb_sql_interval_of(sql, T, L); }
interval_parts(A) ::= interval_part(P).
    { A = fb_sql_append(sql, EMPTY_VECTOR, &P, sizeof P); }
interval_parts(A) ::= interval_parts(L) interval_part(P). { A = fb_sql_append(sql, L, &P, sizeof P); }
interval_part(A) ::= interval_value(V) UNIT(U).           { A = V; A.from = U; }
interval_part(A) ::= interval_value(V) UNIT(U) TO UNIT(W). { A = V; A.from = U; A.to = W; }
interval_part(A) ::= UNIT_MINUS interval_value(V) UNIT(U).
    { A = V; A.from = U; A.is_negative = true; }
interval_part(A) ::= UNIT_MINUS interval_value(V) UNIT(U) TO UNIT(W).
    { A = V; A.from = U; A.to = W; A.is_negative = true; }
interval_part(A) ::= UNIT_PLUS interval_value(V) UNIT(U). { A = V; A.from = U; }
interval_part(A) ::= UNIT_PLUS interval_value(V) UNIT(U) TO UNIT(W). { A = V; A.from = U; A.to = W; }
interval_value(A) ::= INTEGER(N).
    { A = (fb_sql_interval_part){.value = N.text, .span = fb_sql_token_span(N)}; }
interval_value(A) ::= DECIMAL(N).
    { A = (fb_sql_interval_part){.value = N.text, .span = fb_sql_token_span(N)}; }
interval_value(A) ::= string(S).
    { A = (fb_sql_interval_part){.value = S.value, .span = S.span, .is_string = true}; }

alias(A) ::= .  [GIVES_WAY]                 { A = (fb_sql_alias){0}; }
alias(A) ::= ident(N) alias_columns(C).     { A = (fb_sql_alias){fb_sql_ident(sql, N), C, fb_sql_token_span(N)}; }
alias(A) ::= AS ident(N) alias_columns(C).  { A = (fb_sql_alias){fb_sql_ident(sql, N), C, fb_sql_token_span(N)}; }
%type alias_columns { fb_sql_vector }
alias_columns(A) ::= .                      { A = EMPTY_VECTOR; }
alias_columns(A) ::= LP names(L) RP.        { A = L; }
names(A) ::= ident(N).
    { fb_slice s = fb_sql_ident(sql, N); A = fb_sql_append(sql, EMPTY_VECTOR, &s, sizeof s); }
names(A) ::= names(L) COMMA ident(N).
    { fb_slice s = fb_sql_ident(sql, N); A = fb_sql_append(sql, L, &s, sizeof s); }

table_name(A) ::= ident(N).                 { A = fb_sql_name(sql, N); }
table_name(A) ::= table_name(B) DOT ident(N). { A = fb_sql_member(sql, B, N); }

items(A) ::= item(I).                 { A = fb_sql_add_expr(sql, EMPTY_EXPRS, I); }
items(A) ::= items(L) COMMA item(I).  { A = fb_sql_add_expr(sql, L, I); }
item(A) ::= argument(E).              { A = E; }
item(A) ::= expr(E) ident(N).         { A = fb_sql_aliased(sql, E, N); }
item(A) ::= expr(E) AS ident(N).      { A = fb_sql_aliased(sql, E, N); }

/* ---- expressions ---- */

argument(A) ::= expr(E).                  { A = E; }
argument(A) ::= STAR(T).                  { A = fb_sql_star(sql, NULL, T); }
argument(A) ::= primary(B) DOT STAR(T).   { A = fb_sql_star(sql, &B, T); }

exprs(A) ::= expr(E).                     { A = fb_sql_add_expr(sql, EMPTY_EXPRS, E); }
exprs(A) ::= exprs(L) COMMA expr(E).      { A = fb_sql_add_expr(sql, L, E); }

arguments(A) ::= item(E).                    { A = fb_sql_add_expr(sql, EMPTY_EXPRS, E); }
arguments(A) ::= arguments(L) COMMA item(E). { A = fb_sql_add_expr(sql, L, E); }

/* As in Spark, long chains become balanced trees: their depth stays small. */
expr(A) ::= ors(L).                 { A = fb_sql_balance(sql, "or", L); }
ors(A) ::= ands(L).
    { fb_sql_expr e = fb_sql_balance(sql, "and", L); A = fb_sql_append(sql, EMPTY_VECTOR, &e, sizeof e); }
ors(A) ::= ors(L) OR ands(R).
    { fb_sql_expr e = fb_sql_balance(sql, "and", R); A = fb_sql_append(sql, L, &e, sizeof e); }
ands(A) ::= condition(E).           { A = fb_sql_append(sql, EMPTY_VECTOR, &E, sizeof E); }
ands(A) ::= ands(L) AND condition(E). { A = fb_sql_append(sql, L, &E, sizeof E); }
condition(A) ::= NOT(T) condition(E). { A = fb_sql_unary(sql, "not", T, E); }
condition(A) ::= EXISTS(T) LP.           { fb_sql_unsupported(sql, T, "EXISTS"); A = (fb_sql_expr){0}; }
condition(A) ::= value(V).               [OR] { A = V; }
condition(A) ::= value(V) not(N) BETWEEN value(L) AND value(H).
    { A = fb_sql_negate(sql, fb_sql_call(sql, "between", fb_sql_join(V.span, H.span),
                                         (fb_sql_expr[]){V, L, H}, 3), N); }
condition(A) ::= value(V) not(N) IN LP exprs(L) RP(E).  { A = fb_sql_in(sql, V, L, E, N); }
condition(A) ::= value(V) not IN LP RP(T). {
    fb_sql_fail(sql, fb_sql_token_span(T), FB_E_SYNTAX, "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE",
                "IN needs at least one value in its parentheses");
    A = V;
}
condition(A) ::= value(V) not IN(T) LP SELECT.  { fb_sql_unsupported(sql, T, "IN with a subquery"); A = V; }
condition(A) ::= value(V) not(N) LIKE value(P).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "like", V, P), N); }
condition(A) ::= value(V) not(N) LIKE value(P) ESCAPE string(E).
    { A = fb_sql_negate(sql, fb_sql_call(sql, "like", fb_sql_join(V.span, E.span),
          (fb_sql_expr[]){V, P, fb_sql_string_literal(sql, E.span, E.value)}, 3), N); }
condition(A) ::= value(V) not LIKE(T) ALL LP.  { fb_sql_unsupported(sql, T, "LIKE ALL"); A = V; }
condition(A) ::= value(V) not(N) ILIKE value(P).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "ilike", V, P), N); }
condition(A) ::= value(V) not(N) RLIKE value(P).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "rlike", V, P), N); }
condition(A) ::= value(V) IS not(N) NULL(T). {
    A = fb_sql_call(sql, N ? "isnotnull" : "isnull", fb_sql_join(V.span, fb_sql_token_span(T)),
                    &V, 1);
}
condition(A) ::= value(V) IS not(N) UNKNOWN(T). {
    A = fb_sql_call(sql, N ? "isnotnull" : "isnull", fb_sql_join(V.span, fb_sql_token_span(T)),
                    &V, 1);
}
condition(A) ::= value(V) IS not(N) TRUE(T).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "<=>", V, fb_sql_bool(sql, T, true)), N); }
condition(A) ::= value(V) IS not(N) FALSE(T).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "<=>", V, fb_sql_bool(sql, T, false)), N); }
condition(A) ::= value(V) IS not(N) DISTINCT FROM value(R).
    { A = fb_sql_negate(sql, fb_sql_binary(sql, "<=>", V, R), !N); }

not(A) ::= .        { A = 0; }
not(A) ::= NOT.     { A = 1; }

value(A) ::= primary(P).                   { A = P; }
value(A) ::= value(L) EQ value(R).         { A = fb_sql_binary(sql, "=", L, R); }
value(A) ::= value(L) NE value(R).         { A = fb_sql_binary(sql, "<>", L, R); }
value(A) ::= value(L) LT value(R).         { A = fb_sql_binary(sql, "<", L, R); }
value(A) ::= value(L) LE value(R).         { A = fb_sql_binary(sql, "<=", L, R); }
value(A) ::= value(L) GT value(R).         { A = fb_sql_binary(sql, ">", L, R); }
value(A) ::= value(L) GE value(R).         { A = fb_sql_binary(sql, ">=", L, R); }
value(A) ::= value(L) NSEQ value(R).       { A = fb_sql_binary(sql, "<=>", L, R); }
value(A) ::= value(L) PIPE value(R).       { A = fb_sql_binary(sql, "|", L, R); }
value(A) ::= value(L) HAT value(R).        { A = fb_sql_binary(sql, "^", L, R); }
value(A) ::= value(L) AMPERSAND value(R).  { A = fb_sql_binary(sql, "&", L, R); }
value(A) ::= value(L) SHL value(R).        { A = fb_sql_binary(sql, "<<", L, R); }
value(A) ::= value(L) SHR value(R).        { A = fb_sql_binary(sql, ">>", L, R); }
value(A) ::= value(L) USHR value(R).       { A = fb_sql_binary(sql, ">>>", L, R); }
value(A) ::= value(L) PLUS value(R).       { A = fb_sql_binary(sql, "+", L, R); }
value(A) ::= value(L) MINUS value(R).      { A = fb_sql_binary(sql, "-", L, R); }
value(A) ::= value(L) CONCAT value(R).     { A = fb_sql_binary(sql, "||", L, R); }
value(A) ::= value(L) STAR value(R).       { A = fb_sql_binary(sql, "*", L, R); }
value(A) ::= value(L) SLASH value(R).      { A = fb_sql_binary(sql, "/", L, R); }
value(A) ::= value(L) PERCENT value(R).    { A = fb_sql_binary(sql, "%", L, R); }
value(A) ::= value(L) DIV value(R).        { A = fb_sql_binary(sql, "div", L, R); }
value(A) ::= MINUS(T) value(E).  [TILDE]   { A = fb_sql_unary(sql, "negative", T, E); }
value(A) ::= PLUS(T) value(E).   [TILDE]   { A = fb_sql_unary(sql, "positive", T, E); }
value(A) ::= TILDE(T) value(E).            { A = fb_sql_unary(sql, "~", T, E); }

primary(A) ::= number(N).  [PLAIN_NUMBER]         { A = fb_sql_number(sql, N, NULL); }
primary(A) ::= MINUS(M) number(N). [SIGNED_NUMBER] { A = fb_sql_number(sql, N, &M); }
primary(A) ::= string(S).           { A = fb_sql_string_literal(sql, S.span, S.value); }
primary(A) ::= TRUE(T).             { A = fb_sql_bool(sql, T, true); }
primary(A) ::= FALSE(T).            { A = fb_sql_bool(sql, T, false); }
primary(A) ::= NULL(T).             { A = fb_sql_null(sql, T); }
primary(A) ::= IDENT(T) string(S).
    { A = fb_sql_typed_literal(sql, T, S.value, fb_sql_join(fb_sql_token_span(T), S.span)); }
primary(A) ::= interval(I).         { A = fb_sql_interval_literal(sql, I); }
primary(A) ::= INTERVAL(T) string(S).
    { A = fb_sql_interval_literal(sql, fb_sql_interval_text(sql, T, S)); }
primary(A) ::= PARAMETER(T).        { fb_sql_unsupported(sql, T, "a parameter marker"); A = (fb_sql_expr){0}; }
primary(A) ::= COLON(T).            { fb_sql_unsupported(sql, T, "a parameter marker"); A = (fb_sql_expr){0}; }
primary(A) ::= ident(N).            { A = fb_sql_name(sql, N); }
primary(A) ::= primary(B) DOT ident(N).     { A = fb_sql_member(sql, B, N); }
primary(A) ::= primary(B) LB value(I) RB(E).
    { A = fb_sql_call(sql, "get_item", fb_sql_join(B.span, fb_sql_token_span(E)),
                      (fb_sql_expr[]){B, I}, 2); }
primary(A) ::= primary(B) COLON2 type(T).   { A = fb_sql_cast(sql, B.span, B, T, false); }
primary(A) ::= primary(B) ARROW(T).
    { fb_sql_unsupported(sql, T, "a lambda function"); A = B; }
primary(A) ::= primary(B) FAT_ARROW(T).
    { fb_sql_unsupported(sql, T, "an argument by name"); A = B; }
primary(A) ::= primary(B) LP(O) RP(C) call_tail(T).
    { A = fb_sql_function(sql, B, EMPTY_EXPRS, false, O, C, T); }
primary(A) ::= primary(B) LP(O) arguments(L) RP(C) call_tail(T).
    { A = fb_sql_function(sql, B, L, false, O, C, T); }
primary(A) ::= primary(B) LP(O) ALL arguments(L) RP(C) call_tail(T).
    { A = fb_sql_function(sql, B, L, false, O, C, T); }
primary(A) ::= primary(B) LP(O) DISTINCT arguments(L) RP(C) call_tail(T).
    { A = fb_sql_function(sql, B, L, true, O, C, T); }
primary(A) ::= primary(B) LP(O) expr(E) IGNORE(I) NULLS RP(C).
    { A = fb_sql_ignoring_function(sql, B, E, O, I, C); }
primary(A) ::= LP(O) expr(E) RP(C).         { A = fb_sql_paren(E, O, C); }
primary(A) ::= LP(O) expr(E) COMMA exprs(L) RP(C). {
    A = fb_sql_row(sql, fb_sql_join(fb_sql_token_span(O), fb_sql_token_span(C)),
                   fb_sql_prepend(sql, E, L));
}
primary(A) ::= LP(T) SELECT.
    { fb_sql_unsupported(sql, T, "a subquery as a value"); A = (fb_sql_expr){0}; }
primary(A) ::= CASE(T) whens(W) case_else(O) END(E). {
    A = fb_sql_case(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(E)), NULL, W,
                    O.node ? &O : NULL);
}
primary(A) ::= CASE(T) expr(S) whens(W) case_else(O) END(E). {
    A = fb_sql_case(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(E)), &S, W,
                    O.node ? &O : NULL);
}
whens(A) ::= WHEN expr(C) THEN expr(V).
    { A = fb_sql_add_expr(sql, fb_sql_add_expr(sql, EMPTY_EXPRS, C), V); }
whens(A) ::= whens(L) WHEN expr(C) THEN expr(V).
    { A = fb_sql_add_expr(sql, fb_sql_add_expr(sql, L, C), V); }
case_else(A) ::= .              { A = (fb_sql_expr){0}; }
case_else(A) ::= ELSE expr(E).  { A = E; }

primary(A) ::= CAST(T) LP expr(E) AS type(Y) RP(C).
    { A = fb_sql_cast(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)), E, Y, false); }
primary(A) ::= TRY_CAST(T) LP expr(E) AS type(Y) RP(C).
    { A = fb_sql_cast(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)), E, Y, true); }
primary(A) ::= EXTRACT(T) LP ident(F) FROM value(E) RP(C). {
    fb_sql_expr field = fb_sql_string_literal(sql, fb_sql_token_span(F), F.text);
    A = fb_sql_call(sql, "extract", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                    (fb_sql_expr[]){field, E}, 2);
}
primary(A) ::= SUBSTRING(T) LP value(E) FROM value(P) RP(C).
    { A = fb_sql_call(sql, "substring", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                      (fb_sql_expr[]){E, P}, 2); }
primary(A) ::= SUBSTRING(T) LP value(E) FROM value(P) FOR value(N) RP(C).
    { A = fb_sql_call(sql, "substring", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                      (fb_sql_expr[]){E, P, N}, 3); }
primary(A) ::= SUBSTRING(T) LP exprs(L) RP(C).  { A = fb_sql_keyword_function(sql, T, L, C); }
primary(A) ::= POSITION(T) LP value(S) IN value(E) RP(C).
    { A = fb_sql_call(sql, "locate", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                      (fb_sql_expr[]){S, E}, 2); }
primary(A) ::= POSITION(T) LP value(S) COMMA exprs(L) RP(C).
    { A = fb_sql_keyword_function(sql, T, fb_sql_prepend(sql, S, L), C); }
primary(A) ::= OVERLAY(T) LP value(E) PLACING value(R) FROM value(P) RP(C).
    { A = fb_sql_call(sql, "overlay", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                      (fb_sql_expr[]){E, R, P}, 3); }
primary(A) ::= OVERLAY(T) LP value(E) PLACING value(R) FROM value(P) FOR value(N) RP(C).
    { A = fb_sql_call(sql, "overlay", fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)),
                      (fb_sql_expr[]){E, R, P, N}, 4); }
primary(A) ::= OVERLAY(T) LP exprs(L) RP(C).    { A = fb_sql_keyword_function(sql, T, L, C); }
primary(A) ::= TRIM(T) LP exprs(L) RP(C).       { A = fb_sql_keyword_function(sql, T, L, C); }
primary(A) ::= TRIM(T) LP value(W) FROM value(E) RP(C).
    { A = fb_sql_trim(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)), NULL, &W, E); }
primary(A) ::= TRIM(T) LP trim_side(S) FROM value(E) RP(C).
    { A = fb_sql_trim(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)), &S, NULL, E); }
primary(A) ::= TRIM(T) LP trim_side(S) value(W) FROM value(E) RP(C).
    { A = fb_sql_trim(sql, fb_sql_join(fb_sql_token_span(T), fb_sql_token_span(C)), &S, &W, E); }
trim_side(A) ::= BOTH(T).       { A = T; }
trim_side(A) ::= LEADING(T).    { A = T; }
trim_side(A) ::= TRAILING(T).   { A = T; }

call_tail(A) ::= filter(F) nulls(N) over.
    {
    A = N;
    A.filter = F.filter;
    if (!N.end.kind) A.end = F.end;
}
filter(A) ::= .                       { A = (fb_sql_tail){0}; }
filter(A) ::= FILTER LP WHERE expr(E) RP(T).  { A = (fb_sql_tail){.filter = E, .end = T}; }
filter(A) ::= WITHIN(T) GROUP.        { fb_sql_unsupported(sql, T, "WITHIN GROUP"); A = (fb_sql_tail){0}; }
nulls(A) ::= .  [GIVES_WAY]                  { A = (fb_sql_tail){0}; }
nulls(A) ::= IGNORE NULLS(T).         { A = (fb_sql_tail){.ignores_nulls = true, .end = T}; }
nulls(A) ::= RESPECT NULLS(T).        { A = (fb_sql_tail){.respects_nulls = true, .end = T}; }
over ::= .
over ::= OVER(T) LP.            { fb_sql_unsupported(sql, T, "a window function (OVER)"); }

string(A) ::= strings(L).     { A = fb_sql_join_strings(sql, L); }
strings(A) ::= STRING(S).     { A = fb_sql_add_string(sql, (fb_sql_strings){0}, S); }
strings(A) ::= strings(L) STRING(S). { A = fb_sql_add_string(sql, L, S); }

number(A) ::= INTEGER(T).     { A = T; }
number(A) ::= BIGINT(T).      { A = T; }
number(A) ::= SMALLINT(T).    { A = T; }
number(A) ::= TINYINT(T).     { A = T; }
number(A) ::= DECIMAL(T).     { A = T; }
number(A) ::= DOUBLE(T).      { A = T; }
number(A) ::= FLOAT(T).       { A = T; }
number(A) ::= BIGDECIMAL(T).  { A = T; }

ident(A) ::= IDENT(T).        { A = T; }
ident(A) ::= QUOTED(T).       { A = T; }

/* ---- types ---- */

type(A) ::= IDENT(N).  [GIVES_WAY]          { A = fb_sql_named_type(sql, N, NULL, 0); }
type(A) ::= IDENT(N) LP INTEGER(P) RP.      { A = fb_sql_named_type(sql, N, (fb_sql_token[]){P}, 1); }
type(A) ::= IDENT(N) LP INTEGER(P) COMMA INTEGER(S) RP.
    { A = fb_sql_named_type(sql, N, (fb_sql_token[]){P, S}, 2); }
type(A) ::= GENERIC(N) LT type(E) GT.         { A = fb_sql_generic_type(sql, N, (const fb_type *[]){E}, 1); }
type(A) ::= GENERIC(N) LT type(K) COMMA type(V) GT.
    { A = fb_sql_generic_type(sql, N, (const fb_type *[]){K, V}, 2); }
type(A) ::= GENERIC(N) NE.                    { A = fb_sql_generic_type(sql, N, NULL, 0); }
type(A) ::= GENERIC(N) LT fields(F) GT.       {
    if (fb_slice_equal_nocase(N.text, FB_SLICE("struct"))) A = fb_sql_struct_type(sql, F);
    else A = fb_sql_generic_type(sql, N, NULL, 0);
}

fields(A) ::= field(F).                     { A = fb_sql_append(sql, EMPTY_VECTOR, &F, sizeof F); }
fields(A) ::= fields(L) COMMA field(F).     { A = fb_sql_append(sql, L, &F, sizeof F); }
field(A) ::= ident(N) type(T) not_null(K) field_comment(C). {
    A = (fb_sql_field){fb_sql_ident(sql, N), T, K, C, fb_sql_token_span(N)};
}
field(A) ::= ident(N) COLON type(T) not_null(K) field_comment(C). {
    A = (fb_sql_field){fb_sql_ident(sql, N), T, K, C, fb_sql_token_span(N)};
}
%type not_null { bool }
not_null(A) ::= .               { A = false; }
not_null(A) ::= NOT NULL.       { A = true; }
field_comment(A) ::= .          { A = (fb_slice){0}; }
field_comment(A) ::= COMMENT STRING(S).  { A = fb_sql_string(sql, S); }

%code {
#include "sql/driver.inc"
}
