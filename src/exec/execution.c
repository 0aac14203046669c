/* SPDX-License-Identifier: Apache-2.0
 *
 * First all pipelines that start at sources or literal rows run, a task per split or, into an
 * aggregation, per run of splits: groups are few only where many rows come together. Then follow
 * the stages, each behind those that feed it, a task per partition.
 *
 * Every task has a place where its rows go, a lane of a stage or a split of the output, numbered
 * by pipeline and then by split or partition. So the order of rows does not depend on which task
 * was first. */
#include "exec/execution.h"

#include "base/memory.h"
#include "exec/partial_aggregate.h"
#include "exec/sort.h"

/* Tasks that form groups of the same pipeline. The number is that of no machine, because it shows
 * in the order of rows and the rounding of sums. */
enum { MOST_GROUPING_TASKS = 8 };

/* The tasks of one pipeline. */
typedef struct pipeline_tasks {
    uint32_t count;
    uint32_t first_place;
    uint32_t first_input; /* SOURCE: in spec->inputs */
    uint32_t input_count;
} pipeline_tasks;

/* A task of a pipeline that takes its rows from no stage. */
typedef struct leaf_task {
    uint32_t pipeline;
    uint32_t index; /* among the pipeline's tasks */
} leaf_task;

typedef struct execution {
    const fb_execution *spec;
    fb_arena arena;
    pipeline_tasks *pipelines;
    uint32_t *lane_counts; /* per stage */
    fb_exchange **exchanges;
    leaf_task *leaves;
    uint32_t leaf_count;
    uint32_t stage;             /* that runs */
    uint32_t stage_pipeline;    /* which takes its rows on */
    fb_event_time_stats *stats; /* per task that runs: spec->physical->watermark_count */
} execution;

/* --- tasks and their places --- */

static uint32_t stage_task_count(const fb_execution *spec, const fb_stage *stage)
{
    bool has_partitions = stage->kind == FB_STAGE_AGGREGATE && stage->aggregation.key_count;
    return has_partitions ? spec->partition_count : 1;
}

/* The tasks of a pipeline; `*input` goes on to the inputs of the next one that has some. */
static pipeline_tasks pipeline_tasks_of(const fb_execution *spec, uint32_t index, uint32_t *input)
{
    const fb_physical *physical = spec->physical;
    const fb_pipeline *pipeline = &physical->pipelines[index];
    pipeline_tasks tasks = {.count = 1, .first_input = *input};
    if (pipeline->from_stage != FB_NO_STAGE) {
        tasks.count = stage_task_count(spec, &physical->stages[pipeline->from_stage]);
        return tasks;
    }
    if (pipeline->leaf->kind != FB_PLAN_SOURCE) return tasks;
    while (*input < spec->input_count && spec->inputs[*input].pipeline == index)
        ++*input;
    tasks.count = tasks.input_count = *input - tasks.first_input;
    bool groups = pipeline->into_stage != FB_NO_STAGE &&
                  physical->stages[pipeline->into_stage].kind == FB_STAGE_AGGREGATE;
    if (groups && tasks.count > MOST_GROUPING_TASKS) tasks.count = MOST_GROUPING_TASKS;
    return tasks;
}

uint32_t fb_execution_output_count(const fb_execution *spec)
{
    uint32_t count = 0, input = 0;
    for (uint32_t i = 0; i < spec->physical->pipeline_count; i++) {
        uint32_t tasks = pipeline_tasks_of(spec, i, &input).count;
        if (spec->physical->pipelines[i].into_stage == FB_NO_STAGE) count += tasks;
    }
    return count;
}

static fb_status number_tasks(execution *e, fb_error *err)
{
    const fb_execution *spec = e->spec;
    const fb_physical *physical = spec->physical;
    uint32_t input = 0, output_count = 0;
    e->pipelines = fb_arena_array(&e->arena, physical->pipeline_count, sizeof *e->pipelines);
    e->lane_counts = fb_arena_alloc_zero(&e->arena, physical->stage_count * sizeof *e->lane_counts);
    if (!e->pipelines || !e->lane_counts) return fb_fail_nomem(err, "the tasks of a batch");
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        pipeline_tasks *tasks = &e->pipelines[i];
        uint32_t stage = physical->pipelines[i].into_stage;
        uint32_t *places = stage == FB_NO_STAGE ? &output_count : &e->lane_counts[stage];
        *tasks = pipeline_tasks_of(spec, i, &input);
        tasks->first_place = *places;
        *places += tasks->count;
        if (physical->pipelines[i].from_stage == FB_NO_STAGE) e->leaf_count += tasks->count;
    }
    FB_ASSERT(input == spec->input_count); /* else they are not in the order of pipelines */
    return FB_OK;
}

static fb_status list_leaves(execution *e, fb_error *err)
{
    const fb_physical *physical = e->spec->physical;
    e->leaves = fb_arena_array(&e->arena, e->leaf_count, sizeof *e->leaves);
    if (!e->leaves) return fb_fail_nomem(err, "the tasks of a batch");
    leaf_task *leaf = e->leaves;
    for (uint32_t i = 0; i < physical->pipeline_count; i++) {
        if (physical->pipelines[i].from_stage != FB_NO_STAGE) continue;
        for (uint32_t k = 0; k < e->pipelines[i].count; k++)
            *leaf++ = (leaf_task){.pipeline = i, .index = k};
    }
    return FB_OK;
}

static fb_status create_exchanges(execution *e, fb_error *err)
{
    const fb_execution *spec = e->spec;
    uint32_t stage_count = spec->physical->stage_count;
    e->exchanges = fb_arena_alloc_zero(&e->arena, stage_count * sizeof(fb_exchange *));
    if (!e->exchanges) return fb_fail_nomem(err, "the stages of a batch");
    for (uint32_t i = 0; i < stage_count; i++) {
        const fb_stage *stage = &spec->physical->stages[i];
        uint32_t key_count = stage->kind == FB_STAGE_AGGREGATE ? stage->aggregation.key_count : 0;
        FB_TRY(fb_exchange_create(e->lane_counts[i], stage_task_count(spec, stage), key_count,
                                  spec->budget, &e->exchanges[i], err));
    }
    return FB_OK;
}

/* --- one task --- */

/* The memory limit is reached at some operator, which the message has to name. */
static fb_status name_operator(const execution *e, uint32_t stage_index, fb_status status,
                               fb_error *err)
{
    if (status != FB_E_LIMIT || stage_index == FB_NO_STAGE) return status;
    const fb_stage *stage = &e->spec->physical->stages[stage_index];
    fb_position position = stage->plan->position;
    const char *what = stage->kind == FB_STAGE_SORT ? "the sort" : "the aggregation";
    if (!position.line) return fb_wrap(err, status, "%s", what);
    return fb_wrap(err, status, "%s at line %u, column %u", what, position.line, position.column);
}

static fb_status check_running(const execution *e, fb_error *err)
{
    if (!atomic_load_explicit(e->spec->cancelled, memory_order_relaxed)) return FB_OK;
    return fb_fail(err, FB_E_CANCELLED, 0, "the query was stopped");
}

/* The end of a task's chain: its lane of a stage, or its split of the output. */
static fb_status open_last(const execution *e, uint32_t pipeline, uint32_t index, fb_operator **out,
                           fb_error *err)
{
    const fb_execution *spec = e->spec;
    uint32_t place = e->pipelines[pipeline].first_place + index;
    uint32_t into = spec->physical->pipelines[pipeline].into_stage;
    if (into == FB_NO_STAGE) return fb_output_create(spec->write, spec->user, place, out, err);
    const fb_stage *stage = &spec->physical->stages[into];
    if (stage->kind == FB_STAGE_SORT) return fb_collect_create(e->exchanges[into], place, out, err);
    return fb_partial_aggregate_create(&stage->aggregation, spec->context, e->exchanges[into],
                                       place, spec->budget, out, err);
}

/* The chain of task `index` of a pipeline; `task_index` is its number among those that run now. */
static fb_status open_chain(const execution *e, uint32_t pipeline, uint32_t index,
                            uint32_t task_index, fb_operator **out, fb_error *err)
{
    const fb_execution *spec = e->spec;
    size_t watermark_count = spec->physical->watermark_count;
    const fb_pipeline_task task = {.context = spec->context,
                                   .watermarks = e->stats + task_index * watermark_count,
                                   .cancelled = spec->cancelled};
    fb_operator *last;
    FB_TRY(check_running(e, err));
    FB_TRY(open_last(e, pipeline, index, &last, err));
    return fb_pipeline_open(&spec->physical->pipelines[pipeline], &task, last, out, err);
}

/* The splits of a task, in order. */
static fb_status run_splits(const execution *e, leaf_task leaf, fb_operator *chain, fb_error *err)
{
    const fb_execution *spec = e->spec;
    const pipeline_tasks *tasks = &e->pipelines[leaf.pipeline];
    uint32_t from = (uint32_t)((uint64_t)leaf.index * tasks->input_count / tasks->count);
    uint32_t until = (uint32_t)((leaf.index + (uint64_t)1) * tasks->input_count / tasks->count);
    for (uint32_t i = from; i < until; i++) {
        fb_input_split *input = &spec->inputs[tasks->first_input + i];
        FB_TRY(fb_pipeline_run_split(&spec->physical->pipelines[leaf.pipeline], input->source,
                                     input->split, chain, spec->cancelled, &input->row_count, err));
    }
    return fb_operator_finish(chain, err);
}

static fb_status run_leaf(void *user, uint32_t task_index, fb_error *err)
{
    const execution *e = user;
    const fb_execution *spec = e->spec;
    leaf_task leaf = e->leaves[task_index];
    const fb_pipeline *pipeline = &spec->physical->pipelines[leaf.pipeline];
    fb_operator *chain;
    FB_TRY(open_chain(e, leaf.pipeline, leaf.index, task_index, &chain, err));
    fb_status status = pipeline->leaf->kind == FB_PLAN_SOURCE
                           ? run_splits(e, leaf, chain, err)
                           : fb_pipeline_run_rows(pipeline, spec->context, chain, err);
    fb_operator_close_chain(chain);
    return name_operator(e, pipeline->into_stage, status, err);
}

static fb_status run_aggregate(const execution *e, uint32_t partition, fb_operator *next,
                               fb_error *err)
{
    const fb_execution *spec = e->spec;
    const fb_stage *stage = &spec->physical->stages[e->stage];
    fb_state_metrics unused;
    fb_state_aggregate aggregate = {.aggregation = &stage->aggregation,
                                    .context = spec->context,
                                    .exchange = e->exchanges[e->stage],
                                    .partition = partition,
                                    .mode = spec->mode,
                                    .clock = spec->clock,
                                    .budget = spec->budget,
                                    .cancelled = spec->cancelled};
    if (!spec->operators) return fb_state_aggregate_run(&aggregate, next, &unused, err);
    const fb_state_operator *state = &spec->operators[stage->operator_id];
    aggregate.table = state->tables[partition];
    aggregate.late_us = state->late_us;
    aggregate.evict_us = state->evict_us;
    return fb_state_aggregate_run(&aggregate, next, &state->metrics[partition], err);
}

static fb_status run_sort(const execution *e, fb_operator *next, fb_error *err)
{
    const fb_execution *spec = e->spec;
    const fb_sort sort = {.plan = spec->physical->stages[e->stage].plan,
                          .context = spec->context,
                          .exchange = e->exchanges[e->stage],
                          .budget = spec->budget,
                          .cancelled = spec->cancelled};
    return fb_sort_run(&sort, next, err);
}

static fb_status run_partition(void *user, uint32_t partition, fb_error *err)
{
    const execution *e = user;
    fb_operator *chain;
    FB_TRY(open_chain(e, e->stage_pipeline, partition, partition, &chain, err));
    fb_status status = e->spec->physical->stages[e->stage].kind == FB_STAGE_SORT
                           ? run_sort(e, chain, err)
                           : run_aggregate(e, partition, chain, err);
    fb_operator_close_chain(chain);
    return status;
}

/* --- all tasks --- */

/* Runs `task_count` tasks and adds what their watermarks saw, in the order of the tasks. */
static fb_status run_tasks(execution *e, fb_task task, uint32_t task_count, fb_error *err)
{
    const fb_execution *spec = e->spec;
    uint32_t watermark_count = spec->physical->watermark_count;
    e->stats = fb_alloc_zero((size_t)task_count * watermark_count, sizeof *e->stats);
    if (!e->stats) return fb_fail_nomem(err, "the tasks of a batch");
    fb_status status = fb_workers_run(spec->workers, task, e, task_count, err);
    for (uint32_t i = 0; status == FB_OK && i < task_count; i++)
        for (uint32_t k = 0; k < watermark_count; k++)
            fb_event_time_merge(&spec->watermarks[k], &e->stats[(size_t)i * watermark_count + k]);
    fb_free(e->stats);
    e->stats = NULL;
    return status;
}

static fb_status run_stage(execution *e, uint32_t stage, fb_error *err)
{
    const fb_physical *physical = e->spec->physical;
    e->stage = stage;
    e->stage_pipeline = 0;
    while (physical->pipelines[e->stage_pipeline].from_stage != stage)
        e->stage_pipeline++;
    fb_status status =
        run_tasks(e, run_partition, stage_task_count(e->spec, &physical->stages[stage]), err);
    fb_exchange_destroy(e->exchanges[stage]);
    e->exchanges[stage] = NULL;
    return status;
}

static fb_status run_all(execution *e, fb_error *err)
{
    const fb_physical *physical = e->spec->physical;
    FB_TRY(number_tasks(e, err));
    FB_TRY(list_leaves(e, err));
    FB_TRY(create_exchanges(e, err));
    FB_TRY(run_tasks(e, run_leaf, e->leaf_count, err));
    for (uint32_t i = 0; i < physical->stage_count; i++)
        FB_TRY(run_stage(e, i, err));
    return FB_OK;
}

fb_status fb_execution_run(const fb_execution *spec, fb_error *err)
{
    execution e = {.spec = spec};
    for (uint32_t i = 0; i < spec->physical->watermark_count; i++)
        spec->watermarks[i] = (fb_event_time_stats){0};
    for (uint32_t i = 0; i < spec->input_count; i++)
        spec->inputs[i].row_count = 0;
    fb_arena_init(&e.arena, 4096);
    fb_status status = run_all(&e, err);
    for (uint32_t i = 0; e.exchanges && i < spec->physical->stage_count; i++)
        fb_exchange_destroy(e.exchanges[i]);
    fb_arena_deinit(&e.arena);
    return status;
}
