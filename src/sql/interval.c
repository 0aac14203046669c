/* SPDX-License-Identifier: Apache-2.0
 *
 * INTERVAL in its forms, to months or to microseconds: Spark knows no interval that is both. */
#include "sql/build.h"

#include "base/buf.h"

#include "grammar.h"

#include <stdio.h>

enum { MAX_INTERVAL_BYTES = 4096 };

static fb_sql_interval fail(fb_sql_build *sql, fb_sql_span span, const fb_interval_fault *fault)
{
    char condition[80] = "";
    fb_slice part = fault->part;
    if (part.size > 60) part.size = 60;
    (void)snprintf(condition, sizeof condition, "%s%s",
                   fault->condition[0] == '_' ? "" : "INVALID_INTERVAL_FORMAT.", fault->condition);
    (void)fb_sql_fail(sql, span, FB_E_SYNTAX, condition, "this is no interval: %s%s%.*s%s",
                      fault->reason, part.size ? " '" : "", FB_SLICE_ARGS(part),
                      part.size ? "'" : "");
    return (fb_sql_interval){0};
}

static fb_sql_interval fail_mix(fb_sql_build *sql, fb_sql_span span)
{
    (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "_LEGACY_ERROR_TEMP_0029",
                      "Cannot mix year-month and day-time fields: %.*s.",
                      span.text.size > 200 ? 200 : (int)span.text.size, span.text.data);
    return (fb_sql_interval){0};
}

/* Days become hours, as where Spark's interval has become a duration. */
static fb_sql_interval finish(fb_sql_build *sql, fb_sql_span span, fb_interval value)
{
    int64_t us = 0;
    if (!fb_interval_length_us(&(fb_interval){0, value.days, value.us}, 0, &us))
        return fail(sql, span,
                    &(fb_interval_fault){"ARITHMETIC_EXCEPTION", "too large", (fb_slice){0}});
    return (fb_sql_interval){{value.months, 0, us}, span};
}

static bool is_of_months(fb_slice unit)
{
    fb_interval_unit found;
    return fb_interval_unit_find(unit, &found) && found <= FB_INTERVAL_MONTH;
}

static bool has_letter(fb_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] | 0x20) >= 'a' && (text.data[i] | 0x20) <= 'z') return true;
    return false;
}

/* The text could not be put together. */
static fb_sql_interval fail_text(fb_sql_build *sql, fb_sql_span span, const fb_buf *text)
{
    if (text->is_full)
        (void)fb_sql_fail(sql, span, FB_E_LIMIT, "", "the interval is longer than %d bytes",
                          MAX_INTERVAL_BYTES);
    else
        (void)fb_sql_fail_nomem(sql);
    return (fb_sql_interval){0};
}

/* The value with its signs: '-1' behind a minus is 1. */
static void add_value(const fb_sql_interval_part *part, fb_buf *out)
{
    fb_slice value = part->value;
    bool cancels = part->is_negative && value.size && value.data[0] == '-';
    if (cancels)
        value = fb_slice_make(value.data + 1, value.size - 1);
    else if (part->is_negative)
        fb_buf_add_char(out, '-');
    fb_buf_add_slice(out, value);
}

static fb_sql_interval read_range(fb_sql_build *sql, fb_sql_span span,
                                  const fb_sql_interval_part *part)
{
    fb_interval_unit from = 0, to = 0;
    fb_interval value;
    fb_interval_fault fault;
    fb_buf text;
    (void)fb_interval_unit_find(part->from.text, &from);
    (void)fb_interval_unit_find(part->to.text, &to);
    if (!part->is_string) {
        (void)fb_sql_fail(sql, part->span, FB_E_SYNTAX, "_LEGACY_ERROR_TEMP_0027",
                          "The value of from-to unit must be a string.");
        return (fb_sql_interval){0};
    }
    fb_buf_init(&text, MAX_INTERVAL_BYTES);
    add_value(part, &text);
    fb_sql_interval result;
    if (text.failed)
        result = fail_text(sql, span, &text);
    else if (fb_interval_parse_range(fb_buf_slice(&text), from, to, &value, &fault))
        result = finish(sql, span, value);
    else
        result = fail(sql, span, &fault);
    fb_buf_deinit(&text);
    return result;
}

/* All parts as one text, since that is what Spark reads. */
static fb_sql_interval read_parts(fb_sql_build *sql, fb_sql_span span,
                                  const fb_sql_interval_part *parts, uint32_t count)
{
    bool of_months = is_of_months(parts[0].from.text);
    fb_interval value;
    fb_interval_fault fault;
    fb_buf text;
    for (uint32_t i = 0; i < count; i++) {
        if (is_of_months(parts[i].from.text) != of_months) return fail_mix(sql, span);
        if (!parts[i].is_string || !has_letter(parts[i].value)) continue;
        (void)fb_sql_fail(sql, parts[i].span, FB_E_SYNTAX, "_LEGACY_ERROR_TEMP_0026",
                          "Can only use numbers in the interval value part for multiple unit value "
                          "pairs interval form, but got invalid value: %.*s.",
                          parts[i].value.size > 60 ? 60 : (int)parts[i].value.size,
                          parts[i].value.data);
        return (fb_sql_interval){0};
    }
    fb_buf_init(&text, MAX_INTERVAL_BYTES);
    for (uint32_t i = 0; i < count; i++) {
        if (i) fb_buf_add_char(&text, ' ');
        add_value(&parts[i], &text);
        fb_buf_add_char(&text, ' ');
        fb_buf_add_slice(&text, parts[i].from.text);
    }
    fb_sql_interval result;
    if (text.failed)
        result = fail_text(sql, span, &text);
    else if (fb_interval_parse(fb_buf_slice(&text), &value, &fault))
        result = finish(sql, span, value);
    else
        result = fail(sql, span, &fault);
    fb_buf_deinit(&text);
    return result;
}

fb_sql_interval fb_sql_interval_of(fb_sql_build *sql, fb_sql_token at, fb_sql_vector parts)
{
    if (sql->status != FB_OK) return (fb_sql_interval){0};
    const fb_sql_interval_part *items = parts.items;
    const fb_sql_interval_part *last = &items[parts.count - 1];
    fb_sql_span span = fb_sql_join(fb_sql_token_span(at),
                                   fb_sql_token_span(last->to.kind ? last->to : last->from));
    for (uint32_t i = 0; i < parts.count; i++) {
        if (!items[i].to.kind) continue;
        if (parts.count == 1) return read_range(sql, span, &items[i]);
        (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "_LEGACY_ERROR_TEMP_0024",
                          "Can only have a single from-to unit in the interval literal syntax.");
        return (fb_sql_interval){0};
    }
    return read_parts(sql, span, items, parts.count);
}

fb_sql_interval fb_sql_interval_text(fb_sql_build *sql, fb_sql_token at, fb_sql_text text)
{
    if (sql->status != FB_OK) return (fb_sql_interval){0};
    fb_sql_span span = fb_sql_join(fb_sql_token_span(at), text.span);
    fb_interval value;
    fb_interval_fault fault;
    if (!fb_interval_parse(text.value, &value, &fault)) {
        (void)fb_sql_fail(sql, span, FB_E_SYNTAX, "INVALID_TYPED_LITERAL",
                          "The value of the typed literal \"INTERVAL\" is invalid: '%.*s'; "
                          "expected numbers with units, as in '1 day 2 hours'",
                          text.value.size > 60 ? 60 : (int)text.value.size, text.value.data);
        return (fb_sql_interval){0};
    }
    if (value.months && (value.days || value.us)) return fail_mix(sql, span);
    return finish(sql, span, value);
}

fb_sql_expr fb_sql_interval_literal(fb_sql_build *sql, fb_sql_interval interval)
{
    return fb_sql_node(sql, interval.span, 1,
                       (fb_raw_expr){.kind = FB_RAW_INTERVAL, .interval = interval.value});
}

bool fb_sql_check_delay(fb_sql_build *sql, fb_sql_interval delay)
{
    if (sql->status != FB_OK) return false;
    if (delay.value.months >= 0 && delay.value.us >= 0) return true;
    (void)fb_sql_fail(sql, delay.span, FB_E_SYNTAX, "",
                      "the delay of a watermark must not be negative");
    return false;
}
