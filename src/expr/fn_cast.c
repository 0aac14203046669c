/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts under the name of their type: double(x) is CAST(x AS DOUBLE). */
#include "base/status.h"
#include "expr/function_lists.h"

static const struct {
    const char *name;
    fb_type_id id;
} types[] = {
    {"boolean", FB_TYPE_BOOLEAN}, {"tinyint", FB_TYPE_TINYINT},     {"smallint", FB_TYPE_SMALLINT},
    {"int", FB_TYPE_INT},         {"bigint", FB_TYPE_BIGINT},       {"float", FB_TYPE_FLOAT},
    {"double", FB_TYPE_DOUBLE},   {"string", FB_TYPE_STRING},       {"binary", FB_TYPE_BINARY},
    {"date", FB_TYPE_DATE},       {"timestamp", FB_TYPE_TIMESTAMP},
};

static const fb_type *type_named(fb_binder *binder, const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, name)) return fb_type_of(types[i].id);
    return fb_type_decimal(binder->arena, 10, 0); /* decimal(x) */
}

static fb_status bind_cast(fb_binder *binder, fb_expr *call)
{
    const fb_expr *cast, *arg = call->args[0];
    const fb_type *type = type_named(binder, call->function->name);
    if (!type) return fb_fail_nomem(binder->err, "a type");
    FB_TRY(fb_bind_cast(binder, arg, type, false, call->position, &cast));
    *call = *cast;
    return FB_OK;
}

#define CAST(type)                                                     \
    {                                                                  \
        .name = type, .min_args = 1, .max_args = 1, .bind = bind_cast, \
        .usage = type "(a) - CAST(a AS " type ")"                      \
    }

static const fb_function functions[] = {
    CAST("boolean"), CAST("tinyint"),   CAST("smallint"), CAST("int"),
    CAST("bigint"),  CAST("float"),     CAST("double"),   CAST("decimal"),
    CAST("date"),    CAST("timestamp"), CAST("string"),   CAST("binary"),
};

const fb_function_list fb_functions_cast = {functions, sizeof functions / sizeof *functions};
