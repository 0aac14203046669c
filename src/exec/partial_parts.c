/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/partial_parts.h"

#include "base/memory.h"

enum {
    PART_ROWS = 4096,      /* of a part that wait: enough to use most of its groups once */
    MOST_PASSED = 2 << 20, /* rows that are passed on */
    PART_SHIFT = 24,       /* the bits of the hash that choose the part, next to those of the tag */
};

/* Values of all parts, part after part with room for PART_ROWS in each. */
typedef struct waiting_column {
    const fb_type *type;
    size_t width;
    char *values;
    uint8_t *nulls; /* 1: null. NULL while none was; zero where no row waits */
} waiting_column;

typedef struct waiting_call {
    waiting_column *args;
    uint8_t *passes; /* 1: the row passed the filter; zero where no row waits. NULL: no filter */
} waiting_call;

typedef struct part {
    fb_group_words groups;
    fb_buffers values;
    uint64_t held_bytes; /* of the values */
    uint32_t waiting;    /* rows */
    bool is_open;
} part;

struct fb_partial_parts {
    const fb_aggregation *aggregation;
    const fb_group_layout *layout;
    fb_budget *budget;
    fb_partial_parts_write write;
    void *user;
    uint32_t pass_left; /* rows that may still be passed on */
    bool has_passed;
    fb_buffers passed;   /* the rows of a part, each as a group */
    fb_arena plan;       /* as long as the parts */
    fb_arena arena;      /* of one flush, or of one chunk */
    uint64_t held_bytes; /* of the columns of waiting rows */
    waiting_column *words;
    waiting_column nulls; /* of the keys; no values while there is none */
    waiting_call *calls;
    part parts[FB_PARTS];
};

/* --- life --- */

static bool has_fixed_width(const fb_type *type)
{
    bool is_string = type->id == FB_TYPE_STRING || type->id == FB_TYPE_BINARY;
    return fb_type_width(type) && !is_string && !fb_type_is_nested(type);
}

bool fb_partial_parts_fit(const fb_aggregation *aggregation, const fb_group_layout *layout)
{
    if (aggregation->key_count == 0 || layout->string_count) return false;
    for (uint32_t i = 0; i < aggregation->call_count; i++) {
        const fb_aggregate_call *call = aggregation->calls[i];
        for (uint32_t j = 0; j < call->arg_count; j++)
            if (!has_fixed_width(call->args[j]->type)) return false;
        for (uint32_t j = 0; j < call->field_count; j++)
            if (!has_fixed_width(call->fields[j].type)) return false;
    }
    return true;
}

/* Room for a value of each waiting row. */
static fb_status make_room(fb_partial_parts *parts, size_t width, bool is_zero, void *out,
                           fb_error *err)
{
    size_t bytes = (size_t)FB_PARTS * PART_ROWS * width;
    if (!fb_budget_take(parts->budget, bytes))
        return fb_fail(
            err, FB_E_LIMIT, 0,
            "groups of a batch: parting their rows needs %zu bytes, more than the memory "
            "limit allows",
            bytes);
    parts->held_bytes += bytes;
    void *memory = fb_alloc_huge(bytes);
    if (!memory) return fb_fail_nomem(err, "the rows of a batch by parts");
    if (is_zero) memset(memory, 0, bytes);
    memcpy(out, &memory, sizeof memory);
    return FB_OK;
}

static fb_status open_call(fb_partial_parts *parts, uint32_t number, fb_error *err)
{
    const fb_aggregation *a = parts->aggregation;
    const fb_aggregate_call *call = a->calls[number];
    waiting_call *waiting = &parts->calls[number];
    waiting->args = fb_arena_alloc_zero(&parts->plan, call->arg_count * sizeof *waiting->args);
    if (!waiting->args) return fb_fail_nomem(err, "an aggregation");
    for (uint32_t i = 0; i < call->arg_count; i++) {
        waiting_column *arg = &waiting->args[i];
        arg->type = call->args[i]->type;
        arg->width = fb_type_width(arg->type);
        FB_TRY(make_room(parts, arg->width, false, &arg->values, err));
    }
    if (!a->filters || !a->filters[number]) return FB_OK;
    return make_room(parts, 1, true, &waiting->passes, err);
}

static fb_status open_parts(fb_partial_parts *parts, fb_error *err)
{
    const fb_aggregation *a = parts->aggregation;
    uint32_t words = parts->layout->word_count;
    parts->words = fb_arena_alloc_zero(&parts->plan, words * sizeof *parts->words);
    parts->calls = fb_arena_alloc_zero(&parts->plan, a->call_count * sizeof *parts->calls);
    if (!parts->words || !parts->calls) return fb_fail_nomem(err, "an aggregation");
    for (uint32_t i = 0; i < words; i++) {
        parts->words[i].width = sizeof(uint64_t);
        FB_TRY(make_room(parts, sizeof(uint64_t), false, &parts->words[i].values, err));
    }
    parts->nulls.width = sizeof(uint64_t);
    for (uint32_t i = 0; i < a->call_count; i++)
        FB_TRY(open_call(parts, i, err));
    for (uint32_t i = 0; i < FB_PARTS; i++) {
        part *p = &parts->parts[i];
        FB_TRY(fb_group_words_init(&p->groups, parts->layout, parts->budget, err));
        p->is_open = true;
        FB_TRY(fb_buffers_init(&p->values, a->calls, a->call_count, err));
    }
    return fb_buffers_init(&parts->passed, a->calls, a->call_count, err);
}

fb_status fb_partial_parts_create(const fb_aggregation *aggregation, const fb_group_layout *layout,
                                  fb_budget *budget, fb_partial_parts_write write, void *user,
                                  fb_partial_parts **out, fb_error *err)
{
    *out = NULL;
    fb_partial_parts *parts = fb_alloc_zero(1, sizeof *parts);
    if (!parts) return fb_fail_nomem(err, "an aggregation");
    parts->aggregation = aggregation;
    parts->layout = layout;
    parts->budget = budget;
    parts->write = write;
    parts->user = user;
    fb_arena_init(&parts->plan, 1024);
    fb_arena_init(&parts->arena, 0);
    fb_status status = open_parts(parts, err);
    if (status == FB_OK)
        *out = parts;
    else
        fb_partial_parts_destroy(parts);
    return status;
}

static void release(fb_partial_parts *parts, part *p)
{
    if (!p->is_open) return;
    fb_group_words_deinit(&p->groups);
    fb_buffers_deinit(&p->values);
    fb_budget_give(parts->budget, p->held_bytes);
    *p = (part){0};
}

void fb_partial_parts_destroy(fb_partial_parts *parts)
{
    if (!parts) return;
    for (uint32_t i = 0; i < FB_PARTS; i++)
        release(parts, &parts->parts[i]);
    fb_buffers_deinit(&parts->passed);
    for (uint32_t i = 0; parts->words && i < parts->layout->word_count; i++)
        fb_free(parts->words[i].values);
    fb_free(parts->nulls.values);
    for (uint32_t i = 0; parts->calls && i < parts->aggregation->call_count; i++) {
        waiting_call *call = &parts->calls[i];
        fb_free(call->passes);
        for (uint32_t j = 0; call->args && j < parts->aggregation->calls[i]->arg_count; j++) {
            fb_free(call->args[j].values);
            fb_free(call->args[j].nulls);
        }
    }
    fb_budget_give(parts->budget, parts->held_bytes);
    fb_arena_deinit(&parts->plan);
    fb_arena_deinit(&parts->arena);
    fb_free(parts);
}

/* --- from the write buffers to the groups --- */

static uint32_t part_of(uint64_t hash)
{
    return (uint32_t)(hash >> PART_SHIFT) % FB_PARTS;
}

static fb_status count_values(fb_partial_parts *parts, part *p, fb_error *err)
{
    uint64_t bytes = fb_buffers_bytes(&p->values);
    if (bytes <= p->held_bytes) return FB_OK;
    if (!fb_budget_take(parts->budget, bytes - p->held_bytes))
        return fb_fail(err, FB_E_LIMIT, 0,
                       "groups of a batch: the values of %u groups of a part take %zu bytes, more "
                       "than the memory limit allows",
                       p->values.group_count, (size_t)bytes);
    p->held_bytes = bytes;
    return FB_OK;
}

static fb_status find_groups(fb_partial_parts *parts, part *p, fb_group_block *rows,
                             uint32_t *groups, fb_error *err)
{
    FB_TRY(fb_group_block_hash(rows, parts->layout, &parts->arena, err));
    FB_TRY(fb_group_words_find(&p->groups, rows, groups, err));
    return fb_buffers_grow(&p->values, p->groups.count, err);
}

/* The waiting rows of a part as a column; those after `nulls` are forgotten. */
static bool take_column(fb_partial_parts *parts, waiting_column *waiting, size_t first,
                        uint32_t count, fb_column *out)
{
    *out = (fb_column){.type = waiting->type, .values = waiting->values + first * waiting->width};
    if (!waiting->nulls) return true;
    uint8_t *nulls = waiting->nulls + first;
    if (!memchr(nulls, 1, count)) return true;
    if (!fb_column_need_validity(out, &parts->arena, count)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (nulls[i]) fb_bits_clear(out->validity, i);
    memset(nulls, 0, count);
    return true;
}

/* The rows that passed the call's filter, which is then forgotten. */
static uint32_t take_passed(waiting_call *waiting, size_t first, uint32_t count, uint32_t *rows)
{
    uint32_t passed = 0;
    for (uint32_t i = 0; i < count; i++) {
        rows[passed] = i;
        passed += waiting->passes[first + i];
    }
    memset(waiting->passes + first, 0, count);
    return passed;
}

static fb_status update_call(fb_partial_parts *parts, fb_eval *eval, const part *p, uint32_t number,
                             const uint32_t *groups, fb_buffers *values)
{
    const fb_aggregate_call *call = parts->aggregation->calls[number];
    waiting_call *waiting = &parts->calls[number];
    size_t first = (size_t)(p - parts->parts) * PART_ROWS;
    uint32_t count = p->waiting;
    fb_column *args = fb_arena_array(&parts->arena, call->arg_count, sizeof *args);
    uint32_t *rows = fb_arena_array(&parts->arena, count, sizeof *rows);
    uint32_t *row_groups = fb_arena_array(&parts->arena, count, sizeof *row_groups);
    if (!args || !rows || !row_groups) return fb_fail_nomem(eval->err, "the rows of a part");
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (!take_column(parts, &waiting->args[i], first, count, &args[i]))
            return fb_fail_nomem(eval->err, "the rows of a part");
    uint32_t passed = waiting->passes ? take_passed(waiting, first, count, rows) : count;
    if (passed < count) {
        for (uint32_t i = 0; i < call->arg_count; i++) {
            const fb_column all = args[i];
            if (!fb_column_gather(&args[i], &parts->arena, &all, rows, passed))
                return fb_fail_nomem(eval->err, "the rows of a part");
        }
        for (uint32_t i = 0; i < passed; i++)
            row_groups[i] = groups[rows[i]];
        groups = row_groups;
    }
    return fb_buffers_update_call(values, eval, number, groups, args, passed);
}

/* Folds the waiting rows into their groups, which lie in `values`. */
static fb_status update(fb_partial_parts *parts, fb_eval *eval, part *p, const uint32_t *groups,
                        fb_buffers *values)
{
    for (uint32_t i = 0; i < parts->aggregation->call_count; i++)
        FB_TRY(update_call(parts, eval, p, i, groups, values));
    p->waiting = 0;
    return FB_OK;
}

/* The keys of rows in the form of groups'. */
static const uint64_t *rows_to_entries(fb_partial_parts *parts, const fb_group_block *rows)
{
    uint32_t words = parts->layout->word_count;
    if (words == 1) return rows->words[0];
    uint64_t *entries = fb_arena_array(&parts->arena, rows->row_count * words, sizeof *entries);
    for (uint32_t word = 0; entries && word < words; word++)
        for (size_t i = 0; i < rows->row_count; i++)
            entries[i * words + word] = rows->words[word][i];
    return entries;
}

/* Every waiting row becomes a group. */
static fb_status pass_on(fb_partial_parts *parts, fb_eval *eval, part *p,
                         const fb_group_block *rows)
{
    uint32_t count = p->waiting;
    const fb_group_entries keys = {rows_to_entries(parts, rows), rows->nulls};
    uint32_t *numbers = fb_arena_array(&parts->arena, count, sizeof *numbers);
    if (!keys.words || !numbers) return fb_fail_nomem(eval->err, "the rows of a part");
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    fb_buffers_clear(&parts->passed);
    FB_TRY(fb_buffers_grow(&parts->passed, count, eval->err));
    FB_TRY(update(parts, eval, p, numbers, &parts->passed));
    parts->pass_left -= count < parts->pass_left ? count : parts->pass_left;
    return parts->write(parts->user, (uint32_t)(p - parts->parts), &keys, &parts->passed, count,
                        eval->err);
}

static fb_status take_rows(fb_partial_parts *parts, fb_eval *eval, part *p, fb_group_block *rows)
{
    if (parts->pass_left) return pass_on(parts, eval, p, rows);
    uint32_t *groups = fb_arena_array(&parts->arena, PART_ROWS, sizeof *groups);
    if (!groups) return fb_fail_nomem(eval->err, "the rows of a part");
    FB_TRY(find_groups(parts, p, rows, groups, eval->err));
    FB_TRY(update(parts, eval, p, groups, &p->values));
    return count_values(parts, p, eval->err);
}

static fb_status flush(fb_partial_parts *parts, fb_eval *eval, part *p)
{
    if (!p->waiting) return FB_OK;
    uint32_t words = parts->layout->word_count, count = p->waiting;
    size_t first = (size_t)(p - parts->parts) * PART_ROWS;
    fb_arena_reset(&parts->arena);
    fb_group_block rows = {.row_count = count};
    rows.words = fb_arena_array(&parts->arena, words, sizeof *rows.words);
    if (!rows.words) return fb_fail_nomem(eval->err, "the rows of a part");
    for (uint32_t i = 0; i < words; i++)
        rows.words[i] = (const uint64_t *)(void *)parts->words[i].values + first;
    uint64_t *nulls = (uint64_t *)(void *)parts->nulls.values;
    if (nulls) rows.nulls = nulls + first;
    FB_TRY(take_rows(parts, eval, p, &rows));
    if (nulls) memset(nulls + first, 0, count * sizeof *nulls);
    return FB_OK;
}

/* --- into the write buffers --- */

#define SCATTER(type)                           \
    do {                                        \
        type *to_ = (type *)(void *)to;         \
        const type *from_ = (const type *)from; \
        for (size_t i = 0; i < count; i++)      \
            to_[places[i]] = from_[i * step];   \
    } while (0)

static void scatter(char *to, const uint32_t *places, size_t count, const void *from, size_t width,
                    size_t step)
{
    switch (width) {
    case 1:
        SCATTER(uint8_t);
        break;
    case 2:
        SCATTER(uint16_t);
        break;
    case 4:
        SCATTER(uint32_t);
        break;
    case 8:
        SCATTER(uint64_t);
        break;
    case 16:
        SCATTER(fb_int128);
        break;
    default:
        FB_UNREACHABLE();
    }
}

/* Rows from `first` on of an argument. */
static fb_status add_column(fb_partial_parts *parts, waiting_column *waiting,
                            const uint32_t *places, const fb_column *column, size_t first,
                            size_t count, fb_error *err)
{
    size_t at = column->is_constant ? 0 : first;
    scatter(waiting->values, places, count, (const char *)column->values + at * waiting->width,
            waiting->width, !column->is_constant);
    if (!column->validity) return FB_OK;
    if (!waiting->nulls) FB_TRY(make_room(parts, 1, true, &waiting->nulls, err));
    for (size_t i = 0; i < count; i++)
        waiting->nulls[places[i]] = fb_column_is_null(column, first + i);
    return FB_OK;
}

static fb_status add_keys(fb_partial_parts *parts, const fb_group_block *rows, size_t first,
                          size_t count, const uint32_t *places, fb_error *err)
{
    for (uint32_t i = 0; i < parts->layout->word_count; i++)
        scatter(parts->words[i].values, places, count, rows->words[i] + first, sizeof(uint64_t), 1);
    if (!rows->nulls) return FB_OK;
    if (!parts->nulls.values)
        FB_TRY(make_room(parts, sizeof(uint64_t), true, &parts->nulls.values, err));
    scatter(parts->nulls.values, places, count, rows->nulls + first, sizeof(uint64_t), 1);
    return FB_OK;
}

/* Only the rows that passed the filter have arguments. */
static fb_status add_passed(fb_partial_parts *parts, uint32_t number, const fb_call_input *input,
                            size_t first, size_t count, const uint32_t *places, fb_error *err)
{
    waiting_call *waiting = &parts->calls[number];
    uint32_t from = 0, passed = 0;
    while (from < input->row_count && input->rows[from] < first)
        from++;
    uint32_t *own = fb_arena_array(&parts->arena, count, sizeof *own);
    if (!own) return fb_fail_nomem(err, "the rows of a part");
    for (; from + passed < input->row_count && input->rows[from + passed] < first + count; passed++)
        own[passed] = places[input->rows[from + passed] - first];
    for (uint32_t i = 0; i < passed; i++)
        waiting->passes[own[i]] = 1;
    for (uint32_t i = 0; i < parts->aggregation->calls[number]->arg_count; i++)
        FB_TRY(add_column(parts, &waiting->args[i], own, &input->args[i], from, passed, err));
    return FB_OK;
}

static fb_status add_call(fb_partial_parts *parts, uint32_t number, const fb_call_input *input,
                          size_t first, size_t count, const uint32_t *places, fb_error *err)
{
    waiting_call *waiting = &parts->calls[number];
    if (input->rows) return add_passed(parts, number, input, first, count, places, err);
    if (waiting->passes)
        for (size_t i = 0; i < count; i++)
            waiting->passes[places[i]] = 1;
    for (uint32_t i = 0; i < parts->aggregation->calls[number]->arg_count; i++)
        FB_TRY(add_column(parts, &waiting->args[i], places, &input->args[i], first, count, err));
    return FB_OK;
}

/* Finds places for some rows, at most PART_ROWS; full parts are emptied first. */
static fb_status find_places(fb_partial_parts *parts, fb_eval *eval, const uint64_t *hashes,
                             size_t count, uint32_t *places)
{
    uint32_t counts[FB_PARTS] = {0};
    uint32_t next[FB_PARTS];
    for (size_t i = 0; i < count; i++)
        counts[part_of(hashes[i])]++;
    for (uint32_t i = 0; i < FB_PARTS; i++) {
        part *p = &parts->parts[i];
        if (p->waiting + counts[i] > PART_ROWS) FB_TRY(flush(parts, eval, p));
        next[i] = i * PART_ROWS + p->waiting;
        p->waiting += counts[i];
    }
    for (size_t i = 0; i < count; i++)
        places[i] = next[part_of(hashes[i])]++;
    return FB_OK;
}

static fb_status add_rows(fb_partial_parts *parts, fb_eval *eval, const fb_group_block *rows,
                          const fb_call_input *inputs, size_t first, size_t count)
{
    uint32_t places[PART_ROWS];
    FB_TRY(find_places(parts, eval, rows->hashes + first, count, places));
    fb_arena_reset(&parts->arena);
    FB_TRY(add_keys(parts, rows, first, count, places, eval->err));
    for (uint32_t i = 0; i < parts->aggregation->call_count; i++)
        FB_TRY(add_call(parts, i, &inputs[i], first, count, places, eval->err));
    return FB_OK;
}

fb_status fb_partial_parts_add(fb_partial_parts *parts, fb_eval *eval, const fb_group_block *rows,
                               const fb_call_input *inputs)
{
    for (size_t first = 0; first < rows->row_count; first += PART_ROWS) {
        size_t left = rows->row_count - first;
        FB_TRY(add_rows(parts, eval, rows, inputs, first, left < PART_ROWS ? left : PART_ROWS));
    }
    return FB_OK;
}

/* --- groups --- */

/* The keys of groups in the form of rows, sorted by part. */
typedef struct sorted_groups {
    uint32_t *rows;
    uint32_t ends[FB_PARTS];
} sorted_groups;

static fb_status entries_to_block(fb_partial_parts *parts, const fb_group_words *groups,
                                  fb_group_block *out, fb_error *err)
{
    uint32_t words = parts->layout->word_count;
    *out = (fb_group_block){.row_count = groups->count, .nulls = groups->nulls};
    out->words = fb_arena_array(&parts->arena, words, sizeof *out->words);
    for (uint32_t word = 0; out->words && word < words; word++) {
        uint64_t *column = fb_arena_array(&parts->arena, groups->count, sizeof *column);
        if (!column) return fb_fail_nomem(err, "the groups of a batch");
        for (size_t i = 0; i < groups->count; i++)
            column[i] = groups->entries[i * words + word];
        out->words[word] = column;
    }
    if (!out->words) return fb_fail_nomem(err, "the groups of a batch");
    return fb_group_block_hash(out, parts->layout, &parts->arena, err);
}

static fb_status sort_groups(fb_partial_parts *parts, const fb_group_block *groups,
                             sorted_groups *out, fb_error *err)
{
    *out = (sorted_groups){0};
    out->rows = fb_arena_array(&parts->arena, groups->row_count, sizeof *out->rows);
    if (!out->rows) return fb_fail_nomem(err, "the groups of a batch");
    uint32_t next[FB_PARTS], start = 0;
    for (size_t i = 0; i < groups->row_count; i++)
        out->ends[part_of(groups->hashes[i])]++;
    for (uint32_t i = 0; i < FB_PARTS; i++) {
        next[i] = start;
        start += out->ends[i];
        out->ends[i] = start;
    }
    for (size_t i = 0; i < groups->row_count; i++)
        out->rows[next[part_of(groups->hashes[i])]++] = (uint32_t)i;
    return FB_OK;
}

/* Some of the groups, all of one part that has none yet. */
static fb_status adopt_groups(fb_partial_parts *parts, part *p, const fb_group_block *all,
                              const uint32_t *rows, uint32_t count, const fb_buffers *values,
                              fb_error *err)
{
    uint32_t words = parts->layout->word_count;
    fb_group_block some = {.row_count = count};
    uint64_t *nulls = fb_arena_array(&parts->arena, count, sizeof *nulls);
    uint32_t *groups = fb_arena_array(&parts->arena, count, sizeof *groups);
    some.words = fb_arena_array(&parts->arena, words, sizeof *some.words);
    if (!some.words || !nulls || !groups) return fb_fail_nomem(err, "the groups of a batch");
    for (uint32_t word = 0; word < words; word++) {
        uint64_t *column = fb_arena_array(&parts->arena, count, sizeof *column);
        if (!column) return fb_fail_nomem(err, "the groups of a batch");
        for (uint32_t i = 0; i < count; i++)
            column[i] = all->words[word][rows[i]];
        some.words[word] = column;
    }
    for (uint32_t i = 0; all->nulls && i < count; i++)
        nulls[i] = all->nulls[rows[i]];
    if (all->nulls) some.nulls = nulls;
    FB_TRY(fb_group_block_hash(&some, parts->layout, &parts->arena, err));
    FB_TRY(fb_group_words_find(&p->groups, &some, groups, err));
    FB_TRY(fb_buffers_append(&p->values, values, rows, count, err));
    FB_ASSERT(p->groups.count == p->values.group_count);
    return count_values(parts, p, err);
}

fb_status fb_partial_parts_adopt(fb_partial_parts *parts, const fb_group_words *groups,
                                 const fb_buffers *values, fb_error *err)
{
    fb_group_block all;
    sorted_groups sorted;
    fb_arena_reset(&parts->arena);
    FB_TRY(entries_to_block(parts, groups, &all, err));
    FB_TRY(sort_groups(parts, &all, &sorted, err));
    for (uint32_t i = 0, start = 0; i < FB_PARTS; start = sorted.ends[i++])
        FB_TRY(adopt_groups(parts, &parts->parts[i], &all, sorted.rows + start,
                            sorted.ends[i] - start, values, err));
    return FB_OK;
}

static fb_status write_groups(fb_partial_parts *parts, part *p, fb_error *err)
{
    const fb_group_entries keys = fb_group_words_from(&p->groups, 0);
    return parts->write(parts->user, (uint32_t)(p - parts->parts), &keys, &p->values,
                        p->groups.count, err);
}

/* A row that is passed on follows what came before it. */
fb_status fb_partial_parts_pass_on(fb_partial_parts *parts, fb_eval *eval)
{
    for (uint32_t i = 0; i < FB_PARTS; i++) {
        part *p = &parts->parts[i];
        FB_TRY(flush(parts, eval, p));
        FB_TRY(write_groups(parts, p, eval->err));
        fb_group_words_clear(&p->groups);
        fb_buffers_clear(&p->values);
    }
    parts->pass_left = MOST_PASSED;
    parts->has_passed = true;
    return FB_OK;
}

fb_status fb_partial_parts_finish(fb_partial_parts *parts, fb_eval *eval)
{
    for (uint32_t i = 0; i < FB_PARTS; i++) {
        part *p = &parts->parts[i];
        FB_TRY(flush(parts, eval, p));
        FB_TRY(write_groups(parts, p, eval->err));
        release(parts, p);
    }
    return FB_OK;
}

bool fb_partial_parts_are_distinct(const fb_partial_parts *parts)
{
    return !parts->has_passed;
}
