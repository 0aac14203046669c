/* SPDX-License-Identifier: Apache-2.0
 *
 * Making and opening structs and arrays; typeof. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/fn_arithmetic.h"
#include "expr/function_lists.h"

/* --- struct, named_struct --- */

/* Children are the arguments, flat or not as the whole is: struct takes every argument,
 * named_struct every second one. */
static fb_status eval_struct(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    uint32_t count = self->type->field_count, step = self->arg_count / (count ? count : 1);
    out->children = fb_arena_array(eval->arena, count, sizeof *out->children);
    if (!out->children) return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < count; i++)
        if (!fb_column_flatten(&out->children[i], eval->arena, &args[i * step + step - 1],
                               row_count))
            return fb_eval_nomem(eval);
    return FB_OK;
}

static fb_status finish_struct(fb_binder *binder, fb_expr *call, const fb_field *fields,
                               uint32_t count)
{
    call->type = fb_type_struct(binder->arena, fields, count);
    if (!call->type) return fb_fail_nomem(binder->err, "a type");
    call->nullable = false;
    call->kernel = eval_struct;
    return FB_OK;
}

static fb_status bind_struct(fb_binder *binder, fb_expr *call)
{
    fb_field *fields = fb_arena_array(binder->arena, call->arg_count, sizeof *fields);
    if (!fields) return fb_fail_nomem(binder->err, "a type");
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const fb_expr *arg = call->args[i];
        char *name = fb_arena_printf(binder->arena, "col%u", i + 1);
        if (!name) return fb_fail_nomem(binder->err, "a type");
        fields[i] = (fb_field){.name = arg->name.size ? arg->name : fb_slice_of(name),
                               .type = arg->type,
                               .nullable = arg->nullable};
    }
    return finish_struct(binder, call, fields, call->arg_count);
}

static bool is_name(const fb_expr *expr)
{
    return expr->kind == FB_EXPR_LITERAL && expr->type->id == FB_TYPE_STRING &&
           !fb_column_is_null(&expr->literal, 0);
}

static fb_status names_are_no_names(fb_binder *binder, const fb_expr *call)
{
    fb_buf list;
    fb_buf_init(&list, 0);
    for (uint32_t i = 0; i < call->arg_count; i += 2) {
        if (is_name(call->args[i])) continue;
        fb_buf_add_text(&list, list.size ? ", \"" : "\"");
        fb_expr_print(call->args[i], &list);
        fb_buf_add_char(&list, '"');
    }
    fb_status status = fb_bind_mismatch(
        binder, call, "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
        "Only foldable `STRING` expressions are allowed to appear at odd position, but they are "
        "[%s].",
        fb_buf_text(&list));
    fb_buf_deinit(&list);
    return status;
}

static fb_status bind_named_struct(fb_binder *binder, fb_expr *call)
{
    if (call->arg_count % 2) return fb_bind_arg_count_error(binder, call, "2n (n > 0)");
    uint32_t count = call->arg_count / 2;
    fb_field *fields = fb_arena_array(binder->arena, count, sizeof *fields);
    if (!fields) return fb_fail_nomem(binder->err, "a type");
    for (uint32_t i = 0; i < count; i++) {
        const fb_expr *name = call->args[2 * i], *value = call->args[2 * i + 1];
        if (!is_name(name)) return names_are_no_names(binder, call);
        fields[i] = (fb_field){.name = fb_column_string(&name->literal, 0),
                               .type = value->type,
                               .nullable = value->nullable};
    }
    return finish_struct(binder, call, fields, count);
}

/* --- a field of a struct --- */

static fb_status eval_field(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    uint32_t ordinal = *(const uint32_t *)self->state;
    const fb_column *child = &args[0].children[ordinal];
    *out = *child;
    const fb_column both[] = {args[0], *child};
    return fb_eval_merge_validity(eval, both, 2, row_count, out);
}

static bool same_name(const fb_binder *binder, fb_slice a, fb_slice b)
{
    return binder->case_sensitive ? fb_slice_equal(a, b) : fb_slice_equal_nocase(a, b);
}

static fb_status no_such_field(fb_binder *binder, const fb_expr *call, const fb_type *type)
{
    fb_buf names;
    fb_buf_init(&names, 0);
    for (uint32_t i = 0; i < type->field_count; i++)
        fb_buf_printf(&names, "%s`%.*s`", i ? ", " : "", FB_SLICE_ARGS(type->fields[i].name));
    fb_status status = fb_bind_fail_at(binder, call->position, "FIELD_NOT_FOUND",
                                       "No such struct field `%.*s` in %s.",
                                       FB_SLICE_ARGS(call->name), fb_buf_text(&names));
    fb_buf_deinit(&names);
    return status;
}

static fb_status not_complex(fb_binder *binder, const fb_expr *call)
{
    fb_buf sql;
    fb_buf_init(&sql, 0);
    fb_expr_print(call->args[0], &sql);
    fb_status status = fb_bind_fail_at(
        binder, call->position, "INVALID_EXTRACT_BASE_FIELD_TYPE",
        "Can't extract a value from \"%s\". Need a complex type [STRUCT, ARRAY, MAP] but got "
        "\"%s\".",
        fb_buf_text(&sql), fb_type_sql(call->args[0]->type, binder->arena));
    fb_buf_deinit(&sql);
    return status;
}

/* Arguments: the struct, the field's name as a literal. */
static fb_status bind_get_field(fb_binder *binder, fb_expr *call)
{
    const fb_type *type = call->args[0]->type;
    FB_ASSERT(call->args[1]->kind == FB_EXPR_LITERAL && call->args[1]->type->id == FB_TYPE_STRING);
    call->name = fb_column_string(&call->args[1]->literal, 0);
    if (type->id != FB_TYPE_STRUCT) return not_complex(binder, call);
    uint32_t found = 0, *ordinal = fb_arena_alloc(binder->arena, sizeof *ordinal);
    if (!ordinal) return fb_fail_nomem(binder->err, "an expression");
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!same_name(binder, type->fields[i].name, call->name)) continue;
        *ordinal = i;
        found++;
    }
    if (found == 0) return no_such_field(binder, call, type);
    if (found > 1)
        return fb_bind_fail_at(binder, call->position, "AMBIGUOUS_REFERENCE_TO_FIELDS",
                               "Ambiguous reference to the field `%.*s`. It appears %u times in "
                               "the schema.",
                               FB_SLICE_ARGS(call->name), found);
    call->state = ordinal;
    call->type = type->fields[*ordinal].type;
    call->nullable = call->args[0]->nullable || type->fields[*ordinal].nullable;
    call->arg_count = 1; /* the name has served */
    call->kernel = eval_field;
    return FB_OK;
}

/* --- arrays --- */

static fb_status eval_array(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    uint32_t count = self->arg_count;
    size_t entries;
    if (__builtin_mul_overflow(row_count, count, &entries) || entries > UINT32_MAX)
        return fb_fail(eval->err, FB_E_LIMIT, 0, "an array of %u elements in each row", count);
    uint32_t *rows = fb_arena_array(eval->arena, row_count, sizeof *rows);
    FB_TRY(fb_eval_output(eval, row_count, out));
    fb_column *elements = &out->children[0];
    if (!rows || !fb_column_init_zero(elements, eval->arena, self->type->fields[0].type, entries))
        return fb_eval_nomem(eval);
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t i = 0; i < row_count; i++)
            rows[i] = i * count + k;
        if (!fb_column_scatter(elements, eval->arena, entries, rows, row_count, &args[k]))
            return fb_eval_nomem(eval);
    }
    for (uint32_t i = 0; i < row_count; i++)
        out->spans[i] = (fb_span){i * count, count};
    out->child_rows = (uint32_t)entries;
    return FB_OK;
}

static fb_status bind_array(fb_binder *binder, fb_expr *call)
{
    const fb_type *element;
    bool contains_null = call->nullable;
    FB_TRY(fb_bind_common_args(binder, call, 0, &element));
    call->type = fb_type_array(binder->arena, element, contains_null);
    if (!call->type) return fb_fail_nomem(binder->err, "a type");
    call->nullable = false;
    call->kernel = eval_array;
    return FB_OK;
}

/* Which element of a row's span; false: none, and `out` row is null or the call fails. */
static bool find_element(bool from_one, fb_span span, int64_t index, uint32_t *entry)
{
    if (from_one && index < 0) index += (int64_t)span.count + 1;
    if (from_one) index--;
    *entry = span.start + (uint32_t)index;
    return index >= 0 && index < span.count;
}

static fb_status fail_index(const fb_expr *self, fb_eval *eval, int64_t index, fb_span span)
{
    if (strcmp(self->function->name, "element_at"))
        return fb_eval_fail(eval, self, "INVALID_ARRAY_INDEX",
                            "The index %lld is out of bounds. The array has %u elements. Use the "
                            "SQL function `get()` to tolerate accessing element at invalid index "
                            "and return NULL instead.",
                            (long long)index, span.count);
    if (index == 0)
        return fb_eval_fail(eval, self, "INVALID_INDEX_OF_ZERO",
                            "The index 0 is invalid. An index shall be either < 0 or > 0 (the "
                            "first element has index 1).");
    return fb_eval_fail(eval, self, "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                        "The index %lld is out of bounds. The array has %u elements. Use "
                        "`try_element_at` to tolerate accessing element at invalid index and "
                        "return NULL instead.",
                        (long long)index, span.count);
}

static fb_status eval_element(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    uint32_t *entries = fb_arena_array(eval->arena, row_count, sizeof *entries);
    uint64_t *found = fb_arena_alloc_zero(eval->arena, fb_bits_words(row_count) * sizeof *found);
    if (!entries || !found) return fb_eval_nomem(eval);
    bool fails = self->state != NULL, all_found = true;
    bool from_one = !strcmp(self->function->name, "element_at");
    for (size_t i = 0; i < row_count; i++) {
        entries[i] = 0;
        if (fb_column_is_null(&args[0], i) || fb_column_is_null(&args[1], i)) {
            all_found = false;
            continue;
        }
        fb_span span = args[0].spans[fb_column_index(&args[0], i)];
        int64_t index = fb_column_integer(&args[1], i);
        bool zero = index == 0 && from_one;
        if (find_element(from_one, span, index, &entries[i])) {
            fb_bits_set(found, i);
            continue;
        }
        if (fails || zero) return fail_index(self, eval, index, span);
        entries[i] = 0;
        all_found = false;
    }
    const fb_column *elements = &args[0].children[0];
    if (args[0].child_rows == 0)
        return fb_column_init_null(out, eval->arena, self->type) ? FB_OK : fb_eval_nomem(eval);
    if (!fb_column_gather(out, eval->arena, elements, entries, row_count))
        return fb_eval_nomem(eval);
    if (all_found) return FB_OK;
    FB_TRY(fb_eval_own_validity(eval, row_count, out));
    for (size_t i = 0; out->validity && i < fb_bits_words(row_count); i++)
        out->validity[i] &= found[i];
    return FB_OK;
}

static fb_status bind_element(fb_binder *binder, fb_expr *call)
{
    static const char fails[] = "";
    const fb_type *type = call->args[0]->type;
    if (type->id != FB_TYPE_ARRAY) return fb_bind_type_error(binder, call, 0, "ARRAY");
    const fb_type *index = call->args[1]->type;
    if (index->id == FB_TYPE_VOID)
        FB_TRY(fb_bind_cast_arg(binder, call, 1, fb_type_of(FB_TYPE_INT)));
    else if (!fb_type_is_integral(index))
        return fb_bind_type_error(binder, call, 1, "INTEGRAL");
    bool tolerant = !strcmp(call->function->name, "get");
    call->type = type->fields[0].type;
    call->state = binder->ansi && !tolerant ? fails : NULL;
    call->nullable = true;
    call->can_fail |= call->state || !strcmp(call->function->name, "element_at");
    call->kernel = eval_element;
    return FB_OK;
}

/* a[i], a['field'] */
static fb_status bind_item(fb_binder *binder, fb_expr *call)
{
    if (call->args[0]->type->id == FB_TYPE_ARRAY) return bind_element(binder, call);
    if (call->args[0]->type->id != FB_TYPE_STRUCT) return not_complex(binder, call);
    if (!is_name(call->args[1])) return fb_bind_type_error(binder, call, 1, "STRING");
    call->function = fb_function_find(FB_SLICE("get_field"));
    return bind_get_field(binder, call);
}

/* --- typeof --- */

static fb_status eval_typeof(const fb_expr *self, fb_eval *eval, const fb_chunk *input,
                             fb_column *out)
{
    (void)input;
    FB_TRY(fb_eval_output(eval, 1, out));
    out->strings[0] = *(const fb_string *)self->state;
    fb_column_make_constant(out);
    return FB_OK;
}

static fb_status bind_typeof(fb_binder *binder, fb_expr *call)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_type_print_simple(call->args[0]->type, &text);
    char *name = text.failed ? NULL : fb_arena_strdup(binder->arena, fb_buf_slice(&text));
    fb_buf_deinit(&text);
    fb_string *state = fb_arena_alloc(binder->arena, sizeof *state);
    if (!name || !state) return fb_fail_nomem(binder->err, "an expression");
    *state = fb_string_view(fb_slice_of(name));
    call->state = state;
    call->type = fb_type_of(FB_TYPE_STRING);
    call->nullable = false;
    call->can_fail = false;
    call->lazy_kernel = eval_typeof;
    return FB_OK;
}

#define FUNCTION(function_name, least, most, binding, text)                                        \
    {                                                                                              \
        .name = function_name, .min_args = least, .max_args = most, .bind = binding, .usage = text \
    }

static const fb_function functions[] = {
    {"struct", 0, FB_ARGS_ANY, bind_struct, "struct(a, ...) - a struct of the columns",
     .null_order = FB_NULLS_EVALUATED},
    {"named_struct", 0, FB_ARGS_ANY, bind_named_struct,
     "named_struct('name', value, ...) - a struct with these fields",
     .null_order = FB_NULLS_EVALUATED},
    FUNCTION("get_field", 2, 2, bind_get_field, "a.name - a field of a struct"),
    {"array", 0, FB_ARGS_ANY, bind_array, "array(a, ...) - an array of the values",
     .null_order = FB_NULLS_EVALUATED},
    FUNCTION("get_item", 2, 2, bind_item, "a[i] - the element at an index from 0, or a field"),
    FUNCTION("element_at", 2, 2, bind_element,
             "element_at(a, i) - the element at an index from 1, or from -1 at the end"),
    FUNCTION("get", 2, 2, bind_element, "get(a, i) - a[i], or NULL when there is none"),
    FUNCTION("typeof", 1, 1, bind_typeof, "typeof(a) - the name of its type"),
};

const fb_function_list fb_functions_struct = {functions, sizeof functions / sizeof *functions};
