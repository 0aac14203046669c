/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiling datetime patterns. */
#include "data/datetime_pattern.h"

#include "base/status.h"
#include "data/datetime_pattern_impl.h"

#include <stdio.h>

enum { MAX_PATTERN_BYTES = 4096, MAX_WIDTH = 19, MAX_NUMBER_BYTES = 21 };

/* --- names --- */

static const char *const short_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const full_months[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
static const char *const short_days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const full_days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
static const char *const short_quarters[] = {"Q1", "Q2", "Q3", "Q4"};
static const char *const full_quarters[] = {"1st quarter", "2nd quarter", "3rd quarter",
                                            "4th quarter"};
static const char *const short_eras[] = {"BC", "AD"};
static const char *const full_eras[] = {"Before Christ", "Anno Domini"};
static const char *const halves[] = {"AM", "PM"};

const char *const *fb_pattern_names(pattern_field field, bool is_full, int *count, int *first)
{
    *first = 1;
    switch (field) {
    case PATTERN_MONTH:
        *count = 12;
        return is_full ? full_months : short_months;
    case PATTERN_WEEKDAY:
        *count = 7;
        return is_full ? full_days : short_days;
    case PATTERN_QUARTER:
        *count = 4;
        return is_full ? full_quarters : short_quarters;
    default:
        break;
    }
    *first = 0;
    *count = 2;
    if (field == PATTERN_AMPM) return halves;
    return is_full ? full_eras : short_eras;
}

/* --- compiling --- */

typedef struct pattern_compiler {
    fb_pattern *pattern;
    bool for_parsing;
    bool is_utc; /* the zone that is printed */
    bool has_era;
    int32_t active;    /* the number that adjacent ones are counted to; -1: none */
    uint32_t open[16]; /* optional parts that are not closed */
    uint32_t open_count;
    fb_error *err;
} pattern_compiler;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Spark asks whether its formatter of before 3.0 (java.text.SimpleDateFormat) takes the pattern;
 * if so, the error speaks of the upgrade. */
static bool is_legacy_pattern(fb_slice text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\'') quoted = !quoted;
        if (quoted || !is_letter(c)) continue;
        if (!strchr("GyYuMLwWDdFEaHkKhmsSzZX", c)) return false;
        if (c == 'X' &&
            fb_slice_starts_with((fb_slice){text.data + i, text.size - i}, FB_SLICE("XXXX")))
            return false;
    }
    return !quoted;
}

/* The message is `sentence`, `detail`, a full stop and `advice`. */
static fb_status fail_with(const pattern_compiler *compiler, const char *condition,
                           const char *sentence, fb_slice detail, const char *advice)
{
    fb_slice text = compiler->pattern->text;
    if (is_legacy_pattern(text))
        return fb_fail_condition(
            compiler->err, FB_E_COMPUTE,
            "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
            "You may get a different result due to the upgrading to Spark >= 3.0:\n"
            "Fail to recognize '%.*s' pattern in the DateTimeFormatter.",
            FB_SLICE_ARGS(text));
    return fb_fail_condition(compiler->err, FB_E_COMPUTE, condition, "%s%.*s.%s", sentence,
                             FB_SLICE_ARGS(detail), advice);
}

/* Quoted as a SQL literal. */
static fb_status fail_pattern(const pattern_compiler *compiler)
{
    char quoted[512];
    size_t size = 0;
    fb_slice text = compiler->pattern->text;
    quoted[size++] = '\'';
    for (size_t i = 0; i < text.size && size < sizeof quoted - 3; i++) {
        if (text.data[i] == '\'' || text.data[i] == '\\') quoted[size++] = '\\';
        quoted[size++] = text.data[i];
    }
    quoted[size++] = '\'';
    return fail_with(compiler, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
                     "Unrecognized datetime pattern: ", (fb_slice){quoted, size}, "");
}

static fb_status fail_letter(const pattern_compiler *compiler, const char *letter)
{
    char sentence[512];
    fb_slice text = compiler->pattern->text;
    if (strchr("YWwuec", *letter) && !is_legacy_pattern(text))
        return fb_fail_condition(
            compiler->err, FB_E_COMPUTE,
            "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
            "You may get a different result due to the upgrading to Spark >= 3.0:\n"
            "All week-based patterns are unsupported since Spark 3.0, detected week-based "
            "character: %c.\nPlease use the SQL function EXTRACT instead.",
            *letter);
    (void)snprintf(sentence, sizeof sentence,
                   "Unrecognized datetime pattern: %.*s. Illegal pattern character found in "
                   "datetime pattern: ",
                   FB_SLICE_ARGS(text));
    return fail_with(compiler, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", sentence,
                     (fb_slice){letter, 1}, " Please provide legal character.");
}

static fb_status fail_length(const pattern_compiler *compiler, fb_slice letters)
{
    char sentence[512];
    (void)snprintf(sentence, sizeof sentence,
                   "Unrecognized datetime pattern: %.*s. Too many letters in datetime pattern: ",
                   FB_SLICE_ARGS(compiler->pattern->text));
    return fail_with(compiler, "INVALID_DATETIME_PATTERN.LENGTH", sentence, letters,
                     " Please reduce pattern length.");
}

static pattern_element *add(pattern_compiler *compiler, pattern_element element)
{
    pattern_element *added = &compiler->pattern->elements[compiler->pattern->count++];
    *added = element;
    return added;
}

/* Adjacent numbers: the first may have any width, those of fixed width behind it are left their
 * digits (java.time.format.DateTimeFormatterBuilder.appendValue). */
static void add_number(pattern_compiler *compiler, pattern_element element)
{
    pattern_element *elements = compiler->pattern->elements;
    bool is_fixed = element.least == element.most && element.sign == PATTERN_SIGN_NONE;
    uint32_t index = compiler->pattern->count;
    if (compiler->active < 0) {
        compiler->active = (int32_t)index;
    } else if (is_fixed) {
        elements[compiler->active].following =
            (int16_t)(elements[compiler->active].following + element.most);
        element.following = -1;
    } else {
        elements[compiler->active].following = -1;
        compiler->active = (int32_t)index;
    }
    (void)add(compiler, element);
}

/* `letters` of a number without leading zeros (1) or with two digits (2). */
static bool add_plain(pattern_compiler *compiler, pattern_field field, size_t letters)
{
    if (letters > 2) return false;
    bool is_fixed = letters == 2;
    add_number(compiler,
               (pattern_element){.kind = PATTERN_NUMBER,
                                 .field = field,
                                 .sign = is_fixed ? PATTERN_SIGN_NONE : PATTERN_SIGN_NORMAL,
                                 .least = (uint8_t)letters,
                                 .most = is_fixed ? 2 : MAX_WIDTH});
    return true;
}

static bool add_year(pattern_compiler *compiler, size_t letters)
{
    if (letters > 6) return false;
    pattern_element year = {.kind = PATTERN_NUMBER,
                            .field = compiler->has_era ? PATTERN_YEAR_OF_ERA : PATTERN_YEAR,
                            .sign = letters < 4 ? PATTERN_SIGN_NORMAL : PATTERN_SIGN_EXCEEDS_PAD,
                            .least = (uint8_t)letters,
                            .most = MAX_WIDTH};
    if (letters == 2) {
        year.kind = PATTERN_REDUCED;
        year.sign = PATTERN_SIGN_NONE;
        year.most = 2;
    }
    add_number(compiler, year);
    return true;
}

static bool add_day_of_year(pattern_compiler *compiler, size_t letters)
{
    if (letters > 3) return false;
    if (letters == 1) return add_plain(compiler, PATTERN_DAY_OF_YEAR, 1);
    add_number(compiler, (pattern_element){.kind = PATTERN_NUMBER,
                                           .field = PATTERN_DAY_OF_YEAR,
                                           .sign = PATTERN_SIGN_NONE,
                                           .least = (uint8_t)letters,
                                           .most = 3});
    return true;
}

static bool add_name(pattern_compiler *compiler, pattern_field field, bool is_full)
{
    compiler->active = -1;
    (void)add(compiler,
              (pattern_element){.kind = PATTERN_NAME, .field = field, .is_full = is_full});
    return true;
}

/* Months and quarters: one or two digits, or a name. */
static bool add_number_or_name(pattern_compiler *compiler, pattern_field field, size_t letters)
{
    if (letters < 3) return add_plain(compiler, field, letters);
    return letters < 5 && add_name(compiler, field, letters == 4);
}

/* When printing exactly so many digits; when parsing up to as many. */
static bool add_fraction(pattern_compiler *compiler, size_t letters)
{
    if (letters > 9) return false;
    pattern_element fraction = {.kind = PATTERN_FRACTION,
                                .field = PATTERN_NANO,
                                .sign = PATTERN_SIGN_NONE,
                                .least = compiler->for_parsing ? 1 : (uint8_t)letters,
                                .most = (uint8_t)letters};
    compiler->active = -1;
    (void)add(compiler, fraction);
    return true;
}

static bool add_offset(pattern_compiler *compiler, char letter, size_t letters)
{
    compiler->active = -1;
    if (letters > 5) return false;
    bool is_gmt =
        (letter == 'O' && (letters == 1 || letters == 4)) || (letter == 'Z' && letters == 4);
    if (is_gmt) {
        (void)add(compiler, (pattern_element){.kind = PATTERN_GMT_OFFSET, .is_full = letters == 4});
        return true;
    }
    if (letter == 'O') return false;
    if (letter == 'Z') {
        bool is_iso = letters == 5;
        (void)add(compiler, (pattern_element){.kind = PATTERN_OFFSET,
                                              .with_colon = is_iso,
                                              .minutes = 2,
                                              .seconds = is_iso,
                                              .zero = is_iso ? "Z" : "+0000"});
        return true;
    }
    static const char *const zeros[] = {"+00", "+0000", "+00:00", "+0000", "+00:00"};
    (void)add(compiler, (pattern_element){.kind = PATTERN_OFFSET,
                                          .with_colon = letters == 3 || letters == 5,
                                          .minutes = letters == 1 ? 1 : 2,
                                          .seconds = letters > 3,
                                          .zero = letter == 'X' ? "Z" : zeros[letters - 1]});
    return true;
}

static bool add_letters(pattern_compiler *compiler, char letter, size_t letters)
{
    switch (letter) {
    case 'y':
        return add_year(compiler, letters);
    case 'M':
    case 'L':
        return add_number_or_name(compiler, PATTERN_MONTH, letters);
    case 'Q':
    case 'q':
        return add_number_or_name(compiler, PATTERN_QUARTER, letters);
    case 'd':
        return add_plain(compiler, PATTERN_DAY, letters);
    case 'D':
        return add_day_of_year(compiler, letters);
    case 'E':
        return letters < 5 && add_name(compiler, PATTERN_WEEKDAY, letters == 4);
    case 'F':
        return letters == 1 && add_plain(compiler, PATTERN_ALIGNED_WEEKDAY, 1);
    case 'G':
        return letters < 5 && add_name(compiler, PATTERN_ERA, letters == 4);
    case 'a':
        return letters == 1 && add_name(compiler, PATTERN_AMPM, false);
    case 'H':
        return add_plain(compiler, PATTERN_HOUR, letters);
    case 'k':
        return add_plain(compiler, PATTERN_CLOCK_HOUR, letters);
    case 'K':
        return add_plain(compiler, PATTERN_HOUR12, letters);
    case 'h':
        return add_plain(compiler, PATTERN_CLOCK_HOUR12, letters);
    case 'm':
        return add_plain(compiler, PATTERN_MINUTE, letters);
    case 's':
        return add_plain(compiler, PATTERN_SECOND, letters);
    case 'S':
        return add_fraction(compiler, letters);
    case 'x':
    case 'X':
    case 'Z':
    case 'O':
        return add_offset(compiler, letter, letters);
    case 'z':
        compiler->active = -1;
        (void)add(compiler,
                  (pattern_element){.kind = PATTERN_LITERAL,
                                    .text = letters == 4 ? FB_SLICE("Coordinated Universal Time")
                                                         : FB_SLICE("UTC")});
        return letters < 5;
    case 'V':
        compiler->active = -1;
        (void)add(compiler, (pattern_element){.kind = PATTERN_ZONE_ID});
        return letters == 2;
    default:
        return false;
    }
}

/* Letters that Spark refuses before Java sees them, in the order in which it looks for them. */
enum { CHECK_WEEKS, CHECK_ILLEGAL, CHECK_LENGTH, CHECK_ZONE_NAMES, CHECK_COUNT };

static fb_status check_letters(const pattern_compiler *compiler, fb_slice letters, int check)
{
    char letter = letters.data[0];
    if (check == CHECK_WEEKS && strchr("YWwuec", letter))
        return fail_letter(compiler, letters.data);
    bool is_illegal = strchr("ABnNp", letter) || (compiler->for_parsing && strchr("EFqQ", letter));
    if (check == CHECK_ILLEGAL && is_illegal) return fail_letter(compiler, letters.data);
    if (check == CHECK_LENGTH && strchr("GMLEQq", letter) && letters.size >= 5)
        return fail_length(compiler, (fb_slice){letters.data, 5});
    if (check != CHECK_ZONE_NAMES) return FB_OK;
    if (letter == 'z' && letters.size <= 4 && (compiler->for_parsing || !compiler->is_utc))
        return fb_fail(compiler->err, FB_E_UNSUPPORTED, 0,
                       "datetime pattern '%.*s': names of time zones other than UTC (z) are not "
                       "supported; V, O, x, X and Z are",
                       FB_SLICE_ARGS(compiler->pattern->text));
    return FB_OK;
}

/* The text behind the quote at text.data[*at]; two quotes are one. False: it has no end. */
static bool add_quoted(pattern_compiler *compiler, fb_slice text, size_t *at)
{
    size_t start = ++*at;
    size_t size = 0;
    /* The copy of the pattern's text has room for literals without their quotes. */
    char *literal = (char *)compiler->pattern->text.data + text.size + start;
    for (; *at < text.size; ++*at) {
        bool is_quote = text.data[*at] == '\'';
        bool is_double = is_quote && *at + 1 < text.size && text.data[*at + 1] == '\'';
        if (is_quote && !is_double) break;
        literal[size++] = text.data[*at];
        *at += is_double;
    }
    if (*at >= text.size) return false;
    ++*at;
    if (!size) literal[size++] = '\'';
    compiler->active = -1;
    (void)add(compiler, (pattern_element){.kind = PATTERN_LITERAL, .text = {literal, size}});
    return true;
}

static bool add_bracket(pattern_compiler *compiler, char bracket)
{
    compiler->active = -1;
    if (bracket == ']') {
        if (!compiler->open_count) return false;
        uint32_t start = compiler->open[--compiler->open_count];
        compiler->pattern->elements[start].end = compiler->pattern->count;
        return true;
    }
    if (compiler->open_count == sizeof compiler->open / sizeof *compiler->open) return false;
    compiler->open[compiler->open_count++] = compiler->pattern->count;
    (void)add(compiler, (pattern_element){.kind = PATTERN_OPTIONAL});
    return true;
}

static fb_status compile_all(pattern_compiler *compiler, fb_slice text)
{
    for (size_t at = 0; at < text.size;) {
        char c = text.data[at];
        if (is_letter(c)) {
            size_t end = at;
            while (end < text.size && text.data[end] == c)
                end++;
            if (!add_letters(compiler, c, end - at)) return fail_pattern(compiler);
            at = end;
        } else if (c == '\'') {
            if (!add_quoted(compiler, text, &at)) return fail_pattern(compiler);
        } else if (c == '[' || c == ']') {
            if (!add_bracket(compiler, c)) return fail_pattern(compiler);
            at++;
        } else if (c == '{' || c == '}' || c == '#') {
            return fail_pattern(compiler);
        } else {
            compiler->active = -1;
            (void)add(compiler,
                      (pattern_element){.kind = PATTERN_LITERAL, .text = {text.data + at, 1}});
            at++;
        }
    }
    while (compiler->open_count)
        (void)add_bracket(compiler, ']');
    return FB_OK;
}

/* Spark looks at all letters before Java sees the pattern. */
static fb_status check_all_letters(const pattern_compiler *compiler, fb_slice text, int check)
{
    bool quoted = false;
    for (size_t at = 0; at < text.size;) {
        size_t end = at + 1;
        while (end < text.size && text.data[end] == text.data[at])
            end++;
        if (text.data[at] == '\'') quoted ^= (end - at) % 2;
        if (!quoted && is_letter(text.data[at]))
            FB_TRY(check_letters(compiler, (fb_slice){text.data + at, end - at}, check));
        at = end;
    }
    return FB_OK;
}

static bool has_era(fb_slice text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\'') quoted = !quoted;
        if (!quoted && text.data[i] == 'G') return true;
    }
    return false;
}

static size_t max_bytes_of(const pattern_element *element)
{
    switch (element->kind) {
    case PATTERN_LITERAL:
        return element->text.size;
    case PATTERN_ZONE_ID:
        return PATTERN_ZONE_BYTES;
    case PATTERN_OPTIONAL:
        return 0;
    default:
        return MAX_NUMBER_BYTES;
    }
}

fb_status fb_pattern_compile(fb_arena *arena, fb_slice text, const fb_timezone *zone,
                             bool for_parsing, const fb_pattern **out, fb_error *err)
{
    *out = NULL;
    if (text.size > MAX_PATTERN_BYTES)
        return fb_fail(err, FB_E_LIMIT, 0, "datetime pattern of %zu bytes: the most is %d",
                       text.size, MAX_PATTERN_BYTES);
    fb_pattern *pattern = fb_arena_alloc_zero(arena, sizeof *pattern);
    char *copy = fb_arena_alloc(arena, 2 * text.size + 1);
    pattern_element *elements = fb_arena_array(arena, text.size + 1, sizeof *elements);
    if (!pattern || !copy || !elements) return fb_fail_nomem(err, "a datetime pattern");
    if (text.size) memcpy(copy, text.data, text.size);
    *pattern = (fb_pattern){.text = {copy, text.size}, .elements = elements};
    pattern_compiler compiler = {.pattern = pattern,
                                 .for_parsing = for_parsing,
                                 .is_utc = !strcmp(fb_timezone_id(zone), "UTC"),
                                 .has_era = has_era(text),
                                 .active = -1,
                                 .err = err};
    for (int check = 0; check < CHECK_COUNT; check++)
        FB_TRY(check_all_letters(&compiler, pattern->text, check));
    FB_TRY(compile_all(&compiler, pattern->text));
    for (uint32_t i = 0; i < pattern->count; i++)
        pattern->max_bytes += max_bytes_of(&elements[i]);
    *out = pattern;
    return FB_OK;
}

fb_slice fb_pattern_text(const fb_pattern *pattern)
{
    return pattern->text;
}

size_t fb_pattern_max_bytes(const fb_pattern *pattern)
{
    return pattern->max_bytes;
}
