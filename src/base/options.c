/* SPDX-License-Identifier: Apache-2.0 */
#include "base/options.h"

#include "base/parse.h"

#include <inttypes.h>
#include <stdio.h>

/* --- names --- */

enum { NAME_MAX_BYTES = 64 }; /* longer ones get no suggestion */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`, without
 * case. Both are at most NAME_MAX_BYTES long. */
static uint32_t edit_distance(fb_slice a, fb_slice b)
{
    uint32_t rows[3][NAME_MAX_BYTES + 1];
    for (uint32_t j = 0; j <= b.size; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a.size; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t j = 1; j <= b.size; j++) {
            char x = lower(a.data[i - 1]), y = lower(b.data[j - 1]);
            uint32_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && x == lower(b.data[j - 2]) && lower(a.data[i - 2]) == y;
            if (swapped && above2[j - 2] + 1 < best) best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.size % 3][b.size];
}

const char *fb_nearest_name(fb_slice name, const char *const *names, uint32_t count)
{
    if (!name.size || name.size > NAME_MAX_BYTES) return NULL;
    const char *nearest = NULL;
    /* Names of one and two letters may still differ by one. */
    uint32_t limit = name.size < 3 ? 1 : (uint32_t)name.size / 3;
    uint32_t least = limit + 1;
    for (uint32_t i = 0; i < count; i++) {
        fb_slice candidate = fb_slice_of(names[i]);
        if (candidate.size > NAME_MAX_BYTES) continue;
        uint32_t distance = edit_distance(name, candidate);
        if (distance >= least || distance >= candidate.size) continue;
        least = distance;
        nearest = names[i];
    }
    return nearest;
}

/* --- parsing --- */

static uint32_t find_spec(const fb_option_spec *specs, uint32_t spec_count, fb_slice key)
{
    uint32_t index = 0;
    while (index < spec_count && !fb_slice_equal_nocase(fb_slice_of(specs[index].name), key))
        index++;
    return index;
}

static fb_status fail_unknown(const fb_option_spec *specs, uint32_t spec_count, const char *owner,
                              fb_slice key, fb_error *err)
{
    enum { MAX_NAMES = 128 };
    const char *names[MAX_NAMES] = {NULL};
    uint32_t name_count = 0;
    char list[512] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < spec_count && name_count < MAX_NAMES; i++) {
        names[name_count++] = specs[i].name;
        int length =
            snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", specs[i].name);
        if (length < 0 || (size_t)length >= sizeof list - used) break;
        used += (size_t)length;
    }
    int shown = key.size > NAME_MAX_BYTES ? NAME_MAX_BYTES : (int)key.size;
    const char *nearest = fb_nearest_name(key, names, name_count);
    if (nearest)
        return fb_fail(err, FB_E_INVALID, 0,
                       "unknown option '%.*s' of %s; did you mean '%s'?\noptions: %s", shown,
                       key.data, owner, nearest, list);
    if (!spec_count)
        return fb_fail(err, FB_E_INVALID, 0, "unknown option '%.*s': %s has no options", shown,
                       key.data ? key.data : "", owner);
    return fb_fail(err, FB_E_INVALID, 0, "unknown option '%.*s' of %s\noptions: %s", shown,
                   key.data ? key.data : "", owner, list);
}

/* What a value of `spec` may be, in words. */
static void describe_expected(const fb_option_spec *spec, char *out, size_t size)
{
    const char *unit = spec->unit ? spec->unit : "";
    const char *space = *unit ? " " : "";
    int length;
    if (spec->type == FB_OPTION_BOOL)
        length = snprintf(out, size, "true or false");
    else if (spec->type == FB_OPTION_DURATION && spec->max == INT64_MAX && spec->min >= 0)
        length = snprintf(out, size, "a duration such as 10s, 500ms or '1 minute'%s",
                          spec->min > 0 ? " above zero" : "");
    else if (spec->type == FB_OPTION_DURATION)
        length = snprintf(out, size,
                          "a duration such as 10s, 500ms or '1 minute', between %" PRId64
                          "us and %" PRId64 "us",
                          spec->min, spec->max);
    else if (spec->type == FB_OPTION_SIZE)
        length = snprintf(out, size, "a size in bytes such as 512m or 4g");
    else if (spec->max == INT64_MAX)
        length = snprintf(out, size, "a whole number of at least %" PRId64 "%s%s", spec->min, space,
                          unit);
    else
        length = snprintf(out, size, "a whole number from %" PRId64 " to %" PRId64 "%s%s",
                          spec->min, spec->max, space, unit);
    if (length < 0) *out = '\0';
}

static bool parse_value(const fb_option_spec *spec, fb_slice text, fb_option_value *value)
{
    value->text = text;
    bool ok = true;
    switch (spec->type) {
    case FB_OPTION_STRING:
        return true;
    case FB_OPTION_BOOL:
        return fb_parse_bool(text, &value->boolean);
    case FB_OPTION_INT:
        ok = fb_parse_int64(text, &value->number);
        break;
    case FB_OPTION_DURATION: {
        bool default_ms = spec->unit && strcmp(spec->unit, "ms") == 0;
        ok = fb_parse_duration_us(text, default_ms, &value->number);
        break;
    }
    case FB_OPTION_SIZE: {
        uint64_t size_bytes;
        ok = fb_parse_size_bytes(text, &size_bytes) && size_bytes <= INT64_MAX;
        if (ok) value->number = (int64_t)size_bytes;
        break;
    }
    }
    return ok && value->number >= spec->min && value->number <= spec->max;
}

static fb_status parse_inputs(const fb_option_spec *specs, uint32_t spec_count, const char *owner,
                              const fb_option_input *inputs, uint32_t input_count,
                              fb_option_value *values, fb_option_fault *fault, fb_error *err)
{
    for (uint32_t i = 0; i < input_count; i++) {
        *fault = (fb_option_fault){.index = i};
        uint32_t index = find_spec(specs, spec_count, inputs[i].key);
        if (index == spec_count) return fail_unknown(specs, spec_count, owner, inputs[i].key, err);
        fb_option_value value = {.is_given = true};
        if (!parse_value(&specs[index], inputs[i].value, &value)) {
            char expected[160];
            describe_expected(&specs[index], expected, sizeof expected);
            fault->in_value = true;
            int shown = inputs[i].value.size > 80 ? 80 : (int)inputs[i].value.size;
            return fb_fail(err, FB_E_INVALID, 0, "option '%s' of %s is '%.*s', expected %s",
                           specs[index].name, owner, shown,
                           inputs[i].value.data ? inputs[i].value.data : "", expected);
        }
        values[index] = value;
    }
    return FB_OK;
}

fb_status fb_options_parse(const fb_option_spec *specs, uint32_t spec_count, const char *owner,
                           const fb_option_input *inputs, uint32_t input_count,
                           fb_option_value *values, fb_option_fault *fault, fb_error *err)
{
    fb_option_fault unused;
    if (!fault) fault = &unused;
    *fault = (fb_option_fault){.index = UINT32_MAX};
    for (uint32_t i = 0; i < spec_count; i++)
        values[i] = (fb_option_value){0};
    FB_TRY(parse_inputs(specs, spec_count, owner, inputs, input_count, values, fault, err));
    *fault = (fb_option_fault){.index = UINT32_MAX};
    for (uint32_t i = 0; i < spec_count; i++) {
        if (values[i].is_given) continue;
        if (!specs[i].default_text)
            return fb_fail(err, FB_E_INVALID, 0, "%s needs the option '%s' (%s)", owner,
                           specs[i].name, specs[i].help ? specs[i].help : "no default");
        /* "" stands for "not set" where the type has no such text. */
        if (*specs[i].default_text == '\0') continue;
        if (!parse_value(&specs[i], fb_slice_of(specs[i].default_text), &values[i]))
            return fb_fail(err, FB_E_INVALID, 0, "the default '%s' of option '%s' of %s is invalid",
                           specs[i].default_text, specs[i].name, owner);
    }
    return FB_OK;
}

void fb_options_help(const fb_option_spec *specs, uint32_t spec_count, fb_buf *out)
{
    size_t width = 0;
    for (uint32_t i = 0; i < spec_count; i++)
        if (strlen(specs[i].name) > width) width = strlen(specs[i].name);
    for (uint32_t i = 0; i < spec_count; i++) {
        const fb_option_spec *spec = &specs[i];
        fb_buf_printf(out, "  %-*s  %s", (int)width, spec->name, spec->help ? spec->help : "");
        if (spec->unit && *spec->unit) fb_buf_printf(out, " [%s]", spec->unit);
        if (!spec->default_text)
            fb_buf_add_text(out, " (required)");
        else if (*spec->default_text)
            fb_buf_printf(out, " (default %s)", spec->default_text);
        fb_buf_add_char(out, '\n');
    }
}
