/* SPDX-License-Identifier: Apache-2.0
 *
 * CAST('now' AS TIMESTAMP): words that Spark understands in literals only, and resolves once per
 * batch. */
#include "base/status.h"
#include "data/datetime.h"
#include "data/number_text.h"
#include "expr/cast.h"

typedef struct special_word {
    const char *name;
    bool is_epoch, is_now;
    int day; /* from today on */
} special_word;

static const special_word words[] = {
    {.name = "epoch", .is_epoch = true}, {.name = "now", .is_now = true},  {.name = "today"},
    {.name = "tomorrow", .day = 1},      {.name = "yesterday", .day = -1},
};

static fb_status out_of_range(const fb_expr *self, fb_eval *eval)
{
    return fb_eval_fail(eval, self, "", "long overflow");
}

static fb_status special_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    (void)args;
    (void)row_count;
    const special_word *word = self->state;
    const fb_timezone *zone = eval->context->timezone;
    int64_t now = eval->context->batch_timestamp_us;
    int32_t today = fb_timestamp_date(zone, now) + word->day;
    FB_TRY(fb_eval_output(eval, 1, out));
    fb_column_make_constant(out);
    if (self->type->id == FB_TYPE_DATE) {
        out->int32s[0] = word->is_epoch ? 0 : today;
        return FB_OK;
    }
    bool is_local = self->type->id == FB_TYPE_TIMESTAMP_NTZ;
    int64_t us = now;
    bool ok = true;
    if (word->is_epoch)
        us = 0;
    else if (word->is_now && is_local)
        ok = fb_timestamp_to_local(zone, now, &us);
    else if (!word->is_now && is_local)
        us = today * FB_US_PER_DAY;
    else if (!word->is_now)
        ok = fb_date_to_timestamp(zone, today, &us);
    out->int64s[0] = us;
    return ok ? FB_OK : out_of_range(self, eval);
}

/* letters [blanks anything]: the word, and what follows it. */
static fb_slice split_word(fb_slice text, fb_slice *rest)
{
    size_t size = 0;
    while (size < text.size && ((text.data[size] | 0x20) >= 'a' && (text.data[size] | 0x20) <= 'z'))
        size++;
    *rest = fb_text_trim(fb_slice_make(text.data + size, text.size - size));
    return fb_slice_make(text.data, size);
}

/* A zone may follow, which must exist and is not looked at; not behind "now". */
static bool is_valid_rest(const special_word *word, fb_slice rest)
{
    const fb_timezone *zone;
    if (rest.size == 0) return true;
    return !word->is_now && fb_timezone_find(rest, &zone, NULL) == FB_OK;
}

bool fb_cast_bind_special(fb_expr *call)
{
    const fb_expr *arg = call->args[0];
    fb_type_id to = call->type->id;
    bool is_time = to == FB_TYPE_DATE || to == FB_TYPE_TIMESTAMP || to == FB_TYPE_TIMESTAMP_NTZ;
    if (!is_time || arg->kind != FB_EXPR_LITERAL || arg->type->id != FB_TYPE_STRING ||
        fb_column_is_null(&arg->literal, 0))
        return false;
    fb_slice rest;
    fb_slice name = split_word(fb_text_trim(fb_column_string(&arg->literal, 0)), &rest);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!fb_slice_equal_nocase(name, fb_slice_of(words[i].name)) ||
            !is_valid_rest(&words[i], rest))
            continue;
        call->kernel = special_kernel;
        call->state = &words[i];
        return true;
    }
    return false;
}
