/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregations in the state against a naive evaluator that keeps every row: random keys, calls,
 * output modes, watermarks, lanes and partitions, batches that are aborted and run again. Rows come
 * out as multisets of texts; the rows of state must be exactly what the encoder writes.
 *
 *     aggregate_model [FIRST_SEED [COUNT]]      without arguments: a fixed range */
#include "aggregate_env.h"
#include "data/unsafe_row.h"
#include "env/random.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    IDS = 60, /* of groups; the last one has nulls for keys */
    GROUP_ROWS = 400,
    BATCHES = 12,
    BATCH_ROWS = 200,
    PARTITIONS = 4,
    LANES = 3,
    DEFAULT_SEEDS = 150,
};

typedef struct row {
    uint32_t id;
    uint32_t lane;
    bool has_long, has_text, has_double, has_decimal;
    int64_t number;
    uint32_t text;
    double real;
    int64_t decimal;
} row;

/* What is known of a group: all its rows, in the order of merging. */
typedef struct group {
    uint32_t count;
    row rows[GROUP_ROWS];
} group;

typedef enum key_kind {
    KEY_LONG,
    KEY_STRING,
    KEY_DOUBLE,
    KEY_WIDE_DECIMAL,
    KEY_ARRAY,
    KEY_STRUCT,
    KEY_FLOAT_AND_MORE,
    KEY_KINDS,
} key_kind;

typedef enum call_kind {
    CALL_COUNT,
    CALL_SUM,
    CALL_MAX_TEXT,
    CALL_MIN_DOUBLE,
    CALL_AVERAGE,
    CALL_SUM_DECIMAL,
    CALL_FIRST,
    CALL_LIST,
    CALL_MAX_STRUCT,
    CALL_FIRST_ARRAY,
    CALL_KINDS,
} call_kind;

typedef struct world {
    fb_random_seeded random;
    aggregate_env env;
    key_kind key;
    call_kind calls[CALL_KINDS];
    fb_output_mode mode;
    bool is_batch; /* without tables */
    uint32_t partition_count;
    fb_state_table *tables[PARTITIONS];
    int64_t late_us, evict_us;
    group groups[IDS];
} world;

static uint64_t current_seed;

static uint64_t below(world *w, uint64_t limit)
{
    return fb_random_seeded_next(&w->random) % limit;
}

/* --- keys --- */

static bool has_null_key(uint32_t id)
{
    return id == IDS - 1;
}

static bool has_event_time(const world *w)
{
    return w->env.aggregation.event_time_key >= 0;
}

static bool has_time(uint32_t id)
{
    return id % 13 != 5;
}

static int64_t time_of(uint32_t id)
{
    return (int64_t)(id * 7919 % 50) * 1000;
}

static void set_null(fb_column *column, fb_arena *arena, uint32_t i, uint32_t count)
{
    assert_true(fb_column_need_validity(column, arena, count));
    fb_bits_clear(column->validity, i);
}

static fb_string text_of(fb_arena *arena, const char *format, uint32_t number)
{
    char bytes[64];
    (void)snprintf(bytes, sizeof bytes, format, number);
    const char *text = fb_arena_strdup(arena, fb_slice_of(bytes));
    assert_non_null(text);
    return fb_string_view(fb_slice_of(text));
}

/* One of the zeros for id 0, one of the NaNs for id 1. `w` NULL: the canonical ones. */
static double double_of(world *w, uint32_t id)
{
    static const uint64_t zeros[] = {0, 0x8000000000000000};
    static const uint64_t nans[] = {0x7ff8000000000000, 0x7ff8000000000001, 0xfff8000000001000};
    if (id > 1) return id * 0.5;
    uint64_t bits = id ? nans[w ? below(w, 3) : 0] : zeros[w ? below(w, 2) : 0];
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void fill_array(fb_column *column, fb_arena *arena, const uint32_t *ids, uint32_t count)
{
    fb_column *elements = &column->children[0];
    column->child_rows = 3 * count;
    assert_true(
        fb_column_init_zero(elements, arena, column->type->fields[0].type, column->child_rows));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t used = 1 + ids[i] % 3;
        column->spans[i] = (fb_span){3 * i, used};
        elements->int32s[3 * i] = (int32_t)ids[i];
        if (used > 1) set_null(elements, arena, 3 * i + 1, column->child_rows);
        if (used > 2) elements->int32s[3 * i + 2] = -1;
    }
}

static void fill_first_key(world *w, fb_column *column, fb_arena *arena, const uint32_t *ids,
                           uint32_t count, bool canonical)
{
    if (column->type->id == FB_TYPE_ARRAY) fill_array(column, arena, ids, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = ids[i];
        if (column->type->id == FB_TYPE_BIGINT)
            column->int64s[i] = (int64_t)id * 1000003 - 77;
        else if (column->type->id == FB_TYPE_STRING)
            column->strings[i] =
                text_of(arena, id % 2 ? "k%u" : "a key that is long, number %u", id);
        else if (column->type->id == FB_TYPE_DOUBLE)
            column->doubles[i] = double_of(canonical ? NULL : w, id);
        else if (column->type->id == FB_TYPE_FLOAT)
            column->floats[i] = (float)double_of(canonical ? NULL : w, id);
        else if (column->type->id == FB_TYPE_DECIMAL)
            column->int128s[i] = (fb_int128)(id % 2 ? -1 : 1) * id * 1000000000000000000;
        if (column->type->id == FB_TYPE_STRUCT) {
            column->children[0].int32s[i] = (int32_t)id;
            column->children[1].strings[i] = text_of(arena, "a text in a struct %u", id / 7);
        }
        if (has_null_key(id)) set_null(column, arena, i, count);
    }
}

static void fill_times(fb_column *column, fb_arena *arena, const uint32_t *ids, uint32_t count)
{
    bool is_window = column->type->id == FB_TYPE_STRUCT;
    fb_column *times = is_window ? &column->children[1] : column;
    for (uint32_t i = 0; i < count; i++) {
        times->int64s[i] = time_of(ids[i]);
        if (is_window) column->children[0].int64s[i] = time_of(ids[i]) - 500;
        if (!has_time(ids[i])) set_null(times, arena, i, count);
    }
}

/* Columns of the keys of these groups. */
static void fill_keys(world *w, fb_column *columns, fb_arena *arena, const uint32_t *ids,
                      uint32_t count, bool canonical)
{
    const fb_aggregation *a = &w->env.aggregation;
    for (uint32_t c = 0; c < a->key_count; c++) {
        assert_true(fb_column_init_zero(&columns[c], arena, a->key_schema->fields[c].type, count));
        if (c == 0)
            fill_first_key(w, &columns[c], arena, ids, count, canonical);
        else if (c == a->key_count - 1)
            fill_times(&columns[c], arena, ids, count);
        else
            for (uint32_t i = 0; i < count; i++)
                columns[c].int16s[i] = (int16_t)(ids[i] % 5);
    }
}

static void choose_keys(world *w)
{
    aggregate_env *env = &w->env;
    fb_arena *arena = &env->arena;
    const fb_field pair[] = {{.name = FB_SLICE("i"), .type = fb_type_of(FB_TYPE_INT)},
                             {.name = FB_SLICE("s"), .type = fb_type_of(FB_TYPE_STRING)}};
    const fb_type *types[KEY_KINDS] = {
        [KEY_LONG] = fb_type_of(FB_TYPE_BIGINT),
        [KEY_STRING] = fb_type_of(FB_TYPE_STRING),
        [KEY_DOUBLE] = fb_type_of(FB_TYPE_DOUBLE),
        [KEY_WIDE_DECIMAL] = fb_type_decimal(arena, 30, 5),
        [KEY_ARRAY] = fb_type_array(arena, fb_type_of(FB_TYPE_INT), true),
        [KEY_STRUCT] = fb_type_struct(arena, pair, 2),
        [KEY_FLOAT_AND_MORE] = fb_type_of(FB_TYPE_FLOAT),
    };
    w->key = (key_kind)below(w, KEY_KINDS);
    aggregate_env_key(env, types[w->key], true);
    if (w->key == KEY_FLOAT_AND_MORE) aggregate_env_key(env, fb_type_of(FB_TYPE_SMALLINT), false);
    if (below(w, 2))
        aggregate_env_key(env, fb_type_of(FB_TYPE_TIMESTAMP), true);
    else
        aggregate_env_key(env, aggregate_env_window_type(env), false);
}

/* --- calls --- */

static void choose_calls(world *w)
{
    aggregate_env *env = &w->env;
    fb_arena *arena = &env->arena;
    const fb_field pair[] = {
        {.name = FB_SLICE("i"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
        {.name = FB_SLICE("s"), .type = fb_type_of(FB_TYPE_STRING), .nullable = true}};
    const struct {
        const char *name;
        const fb_type *type;
    } calls[CALL_KINDS] = {
        [CALL_COUNT] = {"count", NULL},
        [CALL_SUM] = {"sum", fb_type_of(FB_TYPE_BIGINT)},
        [CALL_MAX_TEXT] = {"max", fb_type_of(FB_TYPE_STRING)},
        [CALL_MIN_DOUBLE] = {"min", fb_type_of(FB_TYPE_DOUBLE)},
        [CALL_AVERAGE] = {"avg", fb_type_of(FB_TYPE_DOUBLE)},
        [CALL_SUM_DECIMAL] = {"sum", fb_type_decimal(arena, 10 + 10 * (int)below(w, 2), 2)},
        [CALL_FIRST] = {"first", fb_type_of(FB_TYPE_BIGINT)},
        [CALL_LIST] = {"collect_list", fb_type_of(FB_TYPE_BIGINT)},
        [CALL_MAX_STRUCT] = {"max", fb_type_struct(arena, pair, 2)},
        [CALL_FIRST_ARRAY] = {"first", fb_type_array(arena, fb_type_of(FB_TYPE_BIGINT), true)},
    };
    /* Half of the worlds have values of one size. */
    bool is_fixed = below(w, 2);
    for (uint64_t i = below(w, 5); i > 0; i--) {
        call_kind kind = (call_kind)below(w, CALL_KINDS);
        if (is_fixed && (kind == CALL_MAX_TEXT || kind >= CALL_LIST)) continue;
        w->calls[env->aggregation.call_count] = kind;
        aggregate_env_call(env, calls[kind].name, calls[kind].type);
    }
}

/* Row `at` becomes {number, text}. */
static void put_struct(fb_column *column, fb_arena *arena, uint32_t at, int64_t number,
                       uint32_t text)
{
    column->children[0].int64s[at] = number;
    column->children[1].strings[at] = text_of(arena, "a text of some length %05u", text);
}

/* Gives the array column of `count` rows room for `most` entries a row. */
static void make_entries(fb_column *column, fb_arena *arena, uint32_t count, uint32_t most)
{
    column->child_rows = count * most;
    assert_true(fb_column_init_zero(&column->children[0], arena, column->type->fields[0].type,
                                    column->child_rows));
    for (uint32_t i = 0; i < count; i++)
        column->spans[i] = (fb_span){i * most, 0};
}

static void add_entry(fb_column *column, uint32_t at, int64_t value)
{
    fb_span *span = &column->spans[at];
    column->children[0].int64s[span->start + span->count++] = value;
}

/* An array of one or two numbers, made of a row. */
static void put_array(fb_column *column, uint32_t at, const row *r)
{
    add_entry(column, at, r->number);
    if (r->number % 2) add_entry(column, at, r->text);
}

/* Column `call` of the arguments. */
static void fill_argument(const world *w, uint32_t call, fb_column *column, fb_arena *arena,
                          const row *const *rows, uint32_t count)
{
    bool is_null;
    if (w->calls[call] == CALL_FIRST_ARRAY) make_entries(column, arena, count, 2);
    for (uint32_t i = 0; i < count; i++) {
        const row *r = rows[i];
        switch (w->calls[call]) {
        case CALL_MAX_STRUCT:
            is_null = !r->has_long;
            put_struct(column, arena, i, r->number, r->text);
            break;
        case CALL_FIRST_ARRAY:
            is_null = !r->has_text;
            put_array(column, i, r);
            break;
        case CALL_MAX_TEXT:
            is_null = !r->has_text;
            column->strings[i] = text_of(arena, "a text of some length %05u", r->text);
            break;
        case CALL_MIN_DOUBLE:
        case CALL_AVERAGE:
            is_null = !r->has_double;
            column->doubles[i] = r->real;
            break;
        case CALL_SUM_DECIMAL:
            is_null = !r->has_decimal;
            if (fb_type_is_long_decimal(column->type))
                column->int64s[i] = r->decimal;
            else
                column->int128s[i] = r->decimal;
            break;
        default:
            is_null = !r->has_long;
            column->int64s[i] = r->number;
            break;
        }
        if (is_null) set_null(column, arena, i, count);
    }
}

static bool is_above(const row *a, const row *b)
{
    return a->number > b->number || (a->number == b->number && a->text > b->text);
}

/* The result of a call over all rows of a group; false: NULL. */
static bool evaluate(call_kind kind, const group *g, fb_column *out, fb_arena *arena, uint32_t at)
{
    int64_t sum = 0, decimals = 0;
    double reals = 0, least = 0;
    uint32_t longs = 0, texts = 0, doubles = 0, decimal_count = 0, largest = 0;
    const row *top = NULL;
    for (uint32_t i = 0; i < g->count; i++) {
        const row *r = &g->rows[i];
        if (r->has_long) longs++, sum += r->number;
        if (r->has_long && (!top || is_above(r, top))) top = r;
        if (r->has_long && kind == CALL_LIST) add_entry(out, at, r->number);
        if (r->has_text && (!texts++ || r->text > largest)) largest = r->text;
        if (r->has_double && (!doubles++ || r->real < least)) least = r->real;
        if (r->has_double) reals += r->real;
        if (r->has_decimal) decimal_count++, decimals += r->decimal;
    }
    switch (kind) {
    case CALL_COUNT:
        out->int64s[at] = g->count;
        return true;
    case CALL_SUM:
        out->int64s[at] = sum;
        return longs;
    case CALL_MAX_TEXT:
        out->strings[at] = text_of(arena, "a text of some length %05u", largest);
        return texts;
    case CALL_MIN_DOUBLE:
        out->doubles[at] = least;
        return doubles;
    case CALL_AVERAGE:
        out->doubles[at] = doubles ? reals / doubles : 0;
        return doubles;
    case CALL_SUM_DECIMAL:
        out->int128s[at] = decimals;
        return decimal_count;
    case CALL_LIST:
        return true;
    case CALL_MAX_STRUCT:
        if (top) put_struct(out, arena, at, top->number, top->text);
        return top != NULL;
    case CALL_FIRST_ARRAY:
        put_array(out, at, &g->rows[0]);
        return g->rows[0].has_text;
    default:
        out->int64s[at] = g->rows[0].number;
        return g->rows[0].has_long;
    }
}

/* The texts of these groups as they should come out. */
static void expect_groups(world *w, const uint32_t *ids, uint32_t count, text_rows *out)
{
    const fb_aggregation *a = &w->env.aggregation;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column columns[2 * AGGREGATE_ENV_MAX];
    fill_keys(w, columns, &arena, ids, count, true);
    for (uint32_t c = 0; c < a->call_count; c++) {
        fb_column *result = &columns[a->key_count + c];
        const fb_type *type = a->calls[c]->type;
        /* A sum of decimals is wide enough for 128 bits in both cases. */
        assert_true(w->calls[c] != CALL_SUM_DECIMAL || !fb_type_is_long_decimal(type));
        assert_true(fb_column_init_zero(result, &arena, type, count));
        if (type->id == FB_TYPE_ARRAY) make_entries(result, &arena, count, GROUP_ROWS);
        for (uint32_t i = 0; i < count; i++)
            if (!evaluate(w->calls[c], &w->groups[ids[i]], result, &arena, i))
                set_null(result, &arena, i, count);
    }
    const fb_chunk chunk = {
        .row_count = count, .column_count = a->key_count + a->call_count, .columns = columns};
    assert_ok(text_rows_push(&out->base, &chunk, &w->env.err), &w->env.err);
    fb_arena_deinit(&arena);
}

/* --- batches --- */

static bool is_due(const world *w, uint32_t id, int64_t threshold)
{
    return has_event_time(w) && has_time(id) && time_of(id) <= threshold;
}

typedef struct batch {
    row rows[BATCH_ROWS];
    uint32_t row_count;
    uint32_t lane_count;
    bool is_distinct;
} batch;

static void make_batch(world *w, batch *b)
{
    bool used[IDS] = {false};
    b->lane_count = 1 + (uint32_t)below(w, LANES);
    b->is_distinct = b->lane_count == 1 && below(w, 2);
    b->row_count = 0;
    uint64_t tries = below(w, 4) ? below(w, BATCH_ROWS) : 0;
    for (uint64_t i = 0; i < tries; i++) {
        uint32_t id = (uint32_t)below(w, IDS);
        if (b->is_distinct && used[id]) continue;
        if (w->groups[id].count > GROUP_ROWS - BATCH_ROWS) continue;
        used[id] = true;
        b->rows[b->row_count++] = (row){
            .id = id,
            .lane = (uint32_t)below(w, b->lane_count),
            .has_long = below(w, 4),
            .has_text = below(w, 4),
            .has_double = below(w, 4),
            .has_decimal = below(w, 4),
            .number = (int64_t)below(w, 2000) - 1000,
            .text = (uint32_t)below(w, 1000),
            .real = ((double)below(w, 2000) - 1000) / 2,
            .decimal = (int64_t)below(w, 20000) - 10000,
        };
    }
}

static void send_lane(world *w, const batch *b, uint32_t lane, fb_exchange *exchange)
{
    const fb_aggregation *a = &w->env.aggregation;
    const row *rows[BATCH_ROWS];
    uint32_t ids[BATCH_ROWS], count = 0;
    for (uint32_t i = 0; i < b->row_count; i++) {
        if (b->rows[i].lane != lane) continue;
        ids[count] = b->rows[i].id;
        rows[count++] = &b->rows[i];
    }
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column columns[2 * AGGREGATE_ENV_MAX];
    fill_keys(w, columns, &arena, ids, count, false);
    uint32_t column_count = a->key_count;
    for (uint32_t c = 0; c < a->call_count; c++) {
        if (!w->env.arg_types[c]) continue;
        fb_column *column = &columns[column_count++];
        assert_true(fb_column_init_zero(column, &arena, w->env.arg_types[c], count));
        fill_argument(w, c, column, &arena, rows, count);
    }
    const fb_chunk chunk = {.row_count = count, .column_count = column_count, .columns = columns};
    assert_ok(aggregate_env_send(&w->env, exchange, lane, &chunk), &w->env.err);
    fb_exchange_finish_lane(exchange, lane, b->is_distinct);
    fb_arena_deinit(&arena);
}

/* What the batch does to the model, and the groups that come out, in `ids`. */
static uint32_t apply(world *w, const batch *b, uint32_t *ids, fb_state_metrics *metrics)
{
    bool touched[IDS] = {false}, dropped[IDS] = {false};
    bool drops = !w->is_batch && w->mode != FB_OUTPUT_COMPLETE;
    *metrics = (fb_state_metrics){0};
    for (uint32_t lane = 0; lane < b->lane_count; lane++)
        for (uint32_t i = 0; i < b->row_count; i++) {
            const row *r = &b->rows[i];
            if (r->lane != lane) continue;
            bool is_late = drops && is_due(w, r->id, w->late_us);
            (is_late ? dropped : touched)[r->id] = true;
            if (is_late) continue;
            group *g = &w->groups[r->id];
            assert_true(g->count < GROUP_ROWS);
            g->rows[g->count++] = *r;
        }
    uint32_t count = 0;
    for (uint32_t id = 0; id < IDS; id++) {
        metrics->rows_updated += touched[id] && !w->is_batch;
        metrics->rows_dropped += dropped[id];
        bool leaves = drops && w->groups[id].count && is_due(w, id, w->evict_us);
        metrics->rows_removed += leaves;
        bool emits = w->mode == FB_OUTPUT_APPEND ? leaves : touched[id];
        if (w->mode == FB_OUTPUT_COMPLETE) emits = w->groups[id].count > 0;
        if (emits) ids[count++] = id;
    }
    return count;
}

/* After the expected rows have been made. */
static void forget_evicted(world *w)
{
    for (uint32_t id = 0; id < IDS; id++)
        if (w->is_batch || (w->mode != FB_OUTPUT_COMPLETE && is_due(w, id, w->evict_us)))
            w->groups[id].count = 0;
}

static fb_status check_row(void *user, const fb_slice *keys, const fb_slice *values, uint32_t count,
                           fb_error *err)
{
    const fb_aggregation *a = user;
    for (uint32_t i = 0; i < count; i++) {
        FB_TRY(fb_unsafe_row_check(a->key_schema, keys[i], err));
        FB_TRY(fb_unsafe_row_check(a->value_schema, values[i], err));
    }
    return FB_OK;
}

static void check_tables(world *w)
{
    uint64_t rows = 0, groups = 0;
    for (uint32_t p = 0; p < w->partition_count; p++) {
        fb_state_stats stats;
        fb_state_table_stats(w->tables[p], &stats);
        rows += stats.row_count;
        assert_ok(
            fb_state_table_visit_all(w->tables[p], check_row, &w->env.aggregation, &w->env.err),
            &w->env.err);
    }
    for (uint32_t id = 0; id < IDS; id++)
        groups += w->groups[id].count > 0;
    assert_int_equal(rows, groups);
}

static void run_partitions(world *w, const batch *b, text_rows *out, fb_state_metrics *sum)
{
    fb_exchange *exchange;
    aggregate_env *env = &w->env;
    *sum = (fb_state_metrics){0};
    assert_ok(fb_exchange_create(b->lane_count, w->partition_count, env->aggregation.key_count,
                                 NULL, &exchange, &env->err),
              &env->err);
    for (uint32_t lane = 0; lane < b->lane_count; lane++)
        send_lane(w, b, lane, exchange);
    for (uint32_t p = 0; p < w->partition_count; p++) {
        const fb_state_aggregate aggregate = {.aggregation = &env->aggregation,
                                              .context = &env->context,
                                              .exchange = exchange,
                                              .partition = p,
                                              .mode = w->mode,
                                              .table = w->tables[p],
                                              .late_us = w->late_us,
                                              .evict_us = w->evict_us,
                                              .clock = &env->clock.base};
        if (w->tables[p])
            assert_ok(fb_state_table_begin(w->tables[p], FB_STATE_CHANGE, &env->err), &env->err);
        assert_ok(fb_state_aggregate_run(&aggregate, &out->base, &env->metrics, &env->err),
                  &env->err);
        sum->rows_updated += env->metrics.rows_updated;
        sum->rows_removed += env->metrics.rows_removed;
        sum->rows_dropped += env->metrics.rows_dropped;
    }
    fb_exchange_destroy(exchange);
}

static void compare(text_rows *out, text_rows *expected)
{
    text_rows_sort(out);
    text_rows_sort(expected);
    for (uint32_t i = 0; i < out->count && i < expected->count; i++)
        assert_string_equal(out->rows[i], expected->rows[i]);
    assert_int_equal(out->count, expected->count);
}

static void run_batch(world *w)
{
    static batch b;
    static group before[IDS];
    text_rows out, expected;
    fb_state_metrics metrics, expected_metrics;
    uint32_t ids[IDS];
    text_rows_init(&out);
    text_rows_init(&expected);
    make_batch(w, &b);
    memcpy(before, w->groups, sizeof before);
    run_partitions(w, &b, &out, &metrics);
    uint32_t count = apply(w, &b, ids, &expected_metrics);
    expect_groups(w, ids, count, &expected);
    compare(&out, &expected);
    assert_int_equal(metrics.rows_updated, expected_metrics.rows_updated);
    assert_int_equal(metrics.rows_removed, expected_metrics.rows_removed);
    assert_int_equal(metrics.rows_dropped, expected_metrics.rows_dropped);
    forget_evicted(w);
    bool aborts = !w->is_batch && below(w, 5) == 0;
    if (aborts) memcpy(w->groups, before, sizeof before);
    for (uint32_t p = 0; p < w->partition_count && !w->is_batch; p++) {
        if (aborts)
            fb_state_table_abort(w->tables[p]);
        else
            assert_ok(fb_state_table_commit(w->tables[p], &w->env.err), &w->env.err);
    }
    if (!w->is_batch) check_tables(w);
    text_rows_clear(&out);
    text_rows_clear(&expected);
}

static void choose_mode(world *w)
{
    static const fb_output_mode modes[] = {FB_OUTPUT_APPEND, FB_OUTPUT_UPDATE, FB_OUTPUT_COMPLETE};
    bool has_watermark = below(w, 4);
    aggregate_env_finish(&w->env, has_watermark ? (int)w->env.aggregation.key_count - 1 : -1);
    w->mode = modes[has_watermark ? below(w, 3) : 1 + below(w, 2)];
    w->is_batch = below(w, 8) == 0;
    if (w->is_batch) w->mode = FB_OUTPUT_COMPLETE;
}

static void run_seed(uint64_t seed)
{
    static world w;
    memset(&w, 0, sizeof w);
    current_seed = seed;
    fb_random_seeded_init(&w.random, seed);
    aggregate_env_init(&w.env);
    choose_keys(&w);
    choose_calls(&w);
    choose_mode(&w);
    w.partition_count = 1 + (uint32_t)below(&w, PARTITIONS);
    for (uint32_t p = 0; p < w.partition_count && !w.is_batch; p++) {
        aggregate_env_open_table(&w.env, NULL);
        w.tables[p] = w.env.table;
        w.env.table = NULL;
    }
    for (int i = 0; i < BATCHES; i++) {
        run_batch(&w);
        w.late_us = w.evict_us;
        w.evict_us += (int64_t)below(&w, 8) * 1000;
    }
    for (uint32_t p = 0; p < w.partition_count; p++)
        fb_state_table_close(w.tables[p]);
    aggregate_env_deinit(&w.env);
}

static uint64_t first_seed = 1, seed_count = DEFAULT_SEEDS;

static void the_rows_are_those_of_a_naive_evaluation(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < seed_count; i++)
        run_seed(first_seed + i);
}

int main(int argc, char **argv)
{
    if (argc > 1) first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 1) seed_count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_are_those_of_a_naive_evaluation),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (failed) (void)fprintf(stderr, "seed %" PRIu64 "\n", current_seed);
    return failed;
}
