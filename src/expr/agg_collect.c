/* SPDX-License-Identifier: Apache-2.0
 *
 * collect_list and collect_set. What is stored is Spark's `buf`: the bytes of an UnsafeRow with one
 * array. While rows come in, a group has a list instead: a string of no bytes whose `far` is the
 * list's address; settling writes the bytes. Whoever reads the column too early finds no bytes,
 * which are no row. */
#include "data/float_key.h"
#include "expr/agg_value.h"
#include "expr/bind.h"
#include "expr/element_list.h"

enum { LIST, SET }; /* variants */

static fb_element_kind kind_of(const fb_aggregate_call *call)
{
    const fb_type *array = call->packed->fields[0].type;
    return fb_element_kind_of(array->fields[0].type, call->variant == SET);
}

/* --- what goes into a list --- */

/* Spark compares bytes as an array of TINYINT, and stores them so. */
static fb_status bytes_to_arrays(fb_eval *eval, const fb_type *type, const fb_column *bytes,
                                 size_t row_count, fb_column *out)
{
    size_t rows = bytes->is_constant ? 1 : row_count, total = 0;
    for (size_t i = 0; i < rows; i++)
        if (!fb_column_is_null(bytes, i)) total += bytes->strings[i].size;
    if (total > UINT32_MAX) return fb_fail(eval->err, FB_E_LIMIT, 0, "too many bytes in a set");
    if (!fb_column_init(out, eval->arena, type, rows)) return fb_eval_nomem(eval);
    if (!fb_column_init(out->children, eval->arena, type->fields[0].type, total))
        return fb_eval_nomem(eval);
    out->is_constant = bytes->is_constant;
    out->validity = bytes->validity;
    out->child_rows = (uint32_t)total;
    uint32_t start = 0;
    for (size_t i = 0; i < rows; i++) {
        fb_slice text = fb_column_is_null(bytes, i) ? (fb_slice){0} : fb_column_string(bytes, i);
        if (text.size) memcpy(out->children->int8s + start, text.data, text.size);
        out->spans[i] = (fb_span){start, (uint32_t)text.size};
        start += (uint32_t)text.size;
    }
    return FB_OK;
}

/* A set has one NaN and one zero, however deep in its elements. */
static fb_status prepare(const fb_aggregate_call *call, fb_eval *eval, const fb_column *arg,
                         size_t row_count, fb_column *out)
{
    const fb_type *element = call->packed->fields[0].type->fields[0].type;
    *out = *arg;
    if (call->variant != SET) return FB_OK;
    if (arg->type->id == FB_TYPE_BINARY) return bytes_to_arrays(eval, element, arg, row_count, out);
    if (!fb_column_canonical_floats(out, eval->arena, arg, row_count)) return fb_eval_nomem(eval);
    return FB_OK;
}

/* --- lists of groups --- */

static bool is_list(const fb_string *buffer)
{
    return buffer->size == 0;
}

static fb_element_list *list_of(const fb_string *buffer)
{
    return (fb_element_list *)buffer->far; /* made by open_list, in the heap */
}

/* The list of a group, made of its bytes where there is none. */
static fb_status open_list(fb_eval *eval, fb_arena *heap, fb_element_kind kind, fb_string *buffer,
                           fb_element_list **out)
{
    if (is_list(buffer)) {
        *out = list_of(buffer);
        return FB_OK;
    }
    fb_element_list *list = fb_arena_alloc_zero(heap, sizeof *list);
    if (!list) return fb_eval_nomem(eval);
    fb_slice bytes = fb_string_slice(buffer);
    if (bytes.size > fb_element_list_empty.size)
        FB_TRY(fb_element_list_read(list, kind, heap, bytes, eval->err));
    *buffer = (fb_string){.far = (const char *)list};
    *out = list;
    return FB_OK;
}

static fb_status collect_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                fb_column *fields, const uint32_t *groups, const fb_column *args,
                                size_t row_count)
{
    fb_element_kind kind = kind_of(call);
    fb_column column;
    fb_elements elements;
    FB_TRY(prepare(call, eval, args, row_count, &column));
    size_t stored = column.is_constant ? 1 : row_count;
    FB_TRY(fb_elements_of(kind, &column, stored, eval->arena, &elements, eval->err));
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(&column, i)) continue;
        fb_element_list *list = NULL;
        FB_TRY(open_list(eval, heap, kind, &fields->strings[groups[i]], &list));
        if (!fb_element_list_add(list, kind, heap, &elements, fb_column_index(&column, i)))
            return fb_eval_nomem(eval);
    }
    return FB_OK;
}

static fb_status collect_settle(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                fb_column *fields, size_t group_count)
{
    fb_element_kind kind = kind_of(call);
    for (size_t group = 0; group < group_count; group++) {
        fb_string *buffer = &fields->strings[group];
        fb_slice bytes;
        if (!is_list(buffer)) continue;
        FB_TRY(fb_element_list_write(list_of(buffer), kind, heap, &bytes, eval->err));
        *buffer = fb_string_view(bytes);
    }
    return FB_OK;
}

/* --- merging --- */

static bool is_empty(fb_slice bytes)
{
    return fb_slice_equal(bytes, fb_element_list_empty);
}

static fb_status keep_bytes(fb_eval *eval, fb_arena *heap, fb_slice bytes, fb_string *out)
{
    const char *copy = fb_arena_copy(heap, bytes.data, bytes.size);
    if (!copy) return fb_eval_nomem(eval);
    *out = fb_string_view(fb_slice_make(copy, bytes.size));
    return FB_OK;
}

static fb_status merge_group(fb_eval *eval, fb_arena *heap, fb_element_kind kind, fb_string *buffer,
                             fb_slice other)
{
    fb_string kept;
    fb_slice bytes;
    if (is_list(buffer)) { /* it goes on, and so must the bytes that it refers to */
        FB_TRY(keep_bytes(eval, heap, other, &kept));
        return fb_element_list_read(list_of(buffer), kind, heap, fb_string_slice(&kept), eval->err);
    }
    fb_element_list list = {0};
    bytes = fb_string_slice(buffer);
    if (is_empty(other)) return FB_OK;
    if (is_empty(bytes)) return keep_bytes(eval, heap, other, buffer);
    FB_TRY(fb_element_list_read(&list, kind, eval->arena, bytes, eval->err));
    FB_TRY(fb_element_list_read(&list, kind, eval->arena, other, eval->err));
    FB_TRY(fb_element_list_write(&list, kind, heap, &bytes, eval->err));
    *buffer = fb_string_view(bytes);
    return FB_OK;
}

static fb_status collect_merge(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                               fb_column *fields, const uint32_t *groups, const fb_column *others,
                               size_t row_count)
{
    fb_element_kind kind = kind_of(call);
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(others, i)) continue;
        fb_slice other = fb_column_string(others, i);
        if (other.size < fb_element_list_empty.size)
            return fb_fail(eval->err, FB_E_CORRUPT, 0,
                           "%s: a buffer of %zu bytes is no row with an array",
                           call->function->name, other.size);
        FB_TRY(merge_group(eval, heap, kind, &fields->strings[groups[i]], other));
    }
    return FB_OK;
}

/* --- results --- */

static fb_status arrays_to_bytes(fb_eval *eval, fb_column *arrays, const fb_type *type)
{
    fb_column *elements = arrays->children, bytes;
    if (!fb_column_init(&bytes, eval->arena, type->fields[0].type, arrays->child_rows))
        return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < arrays->child_rows; i++) {
        fb_span span = elements->spans[i];
        const char *data = (const char *)(elements->children->int8s + span.start);
        bytes.strings[i] = fb_string_view(fb_slice_make(data, span.count));
    }
    arrays->type = type;
    arrays->children = fb_arena_copy(eval->arena, &bytes, sizeof bytes);
    return arrays->children ? FB_OK : fb_eval_nomem(eval);
}

static fb_status collect_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                  const fb_column *fields, size_t group_count, fb_column *out)
{
    fb_slice *rows = fb_arena_array(eval->arena, group_count, sizeof *rows);
    fb_chunk chunk;
    if (!rows) return fb_eval_nomem(eval);
    for (size_t i = 0; i < group_count; i++)
        rows[i] =
            fb_column_is_null(fields, i) ? fb_element_list_empty : fb_column_string(fields, i);
    FB_TRY(fb_unsafe_row_decode(call->packed, rows, group_count, eval->arena, &chunk, eval->err));
    *out = chunk.columns[0];
    bool has_bytes = call->variant == SET && call->type->fields[0].type->id == FB_TYPE_BINARY;
    if (has_bytes) return arrays_to_bytes(eval, out, call->type);
    out->type = call->type;
    return FB_OK;
}

/* --- binding --- */

static bool has_map(const fb_type *type)
{
    bool found = type->id == FB_TYPE_MAP;
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        found |= has_map(type->fields[i].type);
    return found;
}

static fb_status bind_collect(fb_binder *binder, fb_aggregate_call *call, unsigned variant)
{
    FB_TRY(fb_aggregate_check_value(binder, call, 0));
    const fb_type *element = call->args[0]->type, *stored = element;
    call->type = fb_type_array(binder->arena, element, false);
    if (variant == SET && element->id == FB_TYPE_BINARY)
        stored = fb_type_array(binder->arena, fb_type_of(FB_TYPE_TINYINT), false);
    const fb_field field = {.name = FB_SLICE("elements"),
                            .type = stored ? fb_type_array(binder->arena, stored, false) : NULL};
    if (field.type) call->packed = fb_type_struct(binder->arena, &field, 1);
    if (!call->type || !call->packed) return fb_fail_nomem(binder->err, "an aggregate");
    call->variant = variant;
    call->nullable = false;
    call->fields[0] = (fb_buffer_field){.name = "buf",
                                        .type = fb_type_of(FB_TYPE_BINARY),
                                        .nullable = true,
                                        .starts_as = fb_element_list_empty};
    call->field_count = 1;
    call->update = collect_update;
    call->settle = collect_settle;
    call->merge = collect_merge;
    call->evaluate = collect_evaluate;
    return FB_OK;
}

static fb_status bind_list(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_collect(binder, call, LIST);
}

static fb_status bind_set(fb_binder *binder, fb_aggregate_call *call)
{
    if (has_map(call->args[0]->type))
        return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
                               "The input of `collect_set` can't be \"%s\" type data.",
                               fb_type_sql(call->args[0]->type, binder->arena));
    return bind_collect(binder, call, SET);
}

static const fb_aggregate functions[] = {
    {"array_agg", 1, 1, bind_list, "array_agg(expr) - the same as collect_list"},
    {"collect_list", 1, 1, bind_list, "collect_list(expr) - the values that are not NULL"},
    {"collect_set", 1, 1, bind_set, "collect_set(expr) - the values that are not NULL, each once"},
};

const fb_aggregate_list fb_aggregates_collect = {functions, sizeof functions / sizeof *functions};
