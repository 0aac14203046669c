/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/json_scan.h"

#include "base/utf8.h"

/* --- strings --- */

/* Where the plain characters at `at` end: a quote, a backslash, a control character, or a byte
 * above ASCII. Eight bytes at a time while all of them are plain. */
static const char *skip_plain(const char *at, const char *end, char quote)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    const uint64_t quotes = ones * (unsigned char)quote, slashes = ones * '\\';
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t is_quote = (word ^ quotes) - ones, is_slash = (word ^ slashes) - ones;
        uint64_t is_control = word - ones * 0x20;
        if ((is_quote | is_slash | is_control | word) & tops) break;
        at += 8;
    }
    while (at < end && *at != quote && *at != '\\' && (unsigned char)*at >= 0x20 &&
           (unsigned char)*at < 0x80)
        at++;
    return at;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Steps over one character of several bytes. False: the offending byte is the last one stepped
 * over. *odd: it is none that Java could hand on as it is (overlong, beyond U+10FFFF). Encoded
 * surrogates are faults, but not in strings that are skipped. */
static bool take_wide(fb_json_scan *scan, bool is_skipped, uint32_t *code, bool *odd)
{
    unsigned char first = (unsigned char)*scan->at++;
    int more = (first & 0xe0) == 0xc0   ? 1
               : (first & 0xf0) == 0xe0 ? 2
               : (first & 0xf8) == 0xf0 ? 3
                                        : 0;
    if (!more) return false;
    uint32_t value = first & (0x3fU >> more);
    for (int i = 0; i < more; i++) {
        if (scan->at == scan->end) return false;
        unsigned char byte = (unsigned char)*scan->at++;
        if (!is_continuation(byte)) return false;
        value = value << 6 | (byte & 0x3f);
    }
    if (value >= 0xd800 && value <= 0xdfff && !is_skipped) return false;
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    *odd = value < least[more] || value > 0x10ffff;
    *code = value;
    return true;
}

static bool take_hex(fb_json_scan *scan, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        if (scan->at == scan->end) return false;
        char c = *scan->at++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* Behind "\u": one character, for which a pair of surrogates may stand. A lone one becomes '?', as
 * where Java encodes it. */
static bool take_unicode(fb_json_scan *scan, uint32_t *code)
{
    if (!take_hex(scan, code)) return false;
    if (*code < 0xd800 || *code > 0xdfff) return true;
    fb_json_scan ahead = *scan;
    uint32_t low;
    bool is_high = *code < 0xdc00;
    if (is_high && ahead.end - ahead.at >= 6 && ahead.at[0] == '\\' && ahead.at[1] == 'u') {
        ahead.at += 2;
        if (take_hex(&ahead, &low) && low >= 0xdc00 && low <= 0xdfff) {
            *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
            scan->at = ahead.at;
            return true;
        }
    }
    *code = '?';
    return true;
}

static bool take_escape(fb_json_scan *scan, uint32_t *code)
{
    if (scan->at == scan->end) return false;
    char c = *scan->at++;
    switch (c) {
    case '"':
    case '\'': /* since quotes may be single */
    case '\\':
    case '/':
        *code = (unsigned char)c;
        return true;
    case 'b':
        *code = '\b';
        return true;
    case 'f':
        *code = '\f';
        return true;
    case 'n':
        *code = '\n';
        return true;
    case 'r':
        *code = '\r';
        return true;
    case 't':
        *code = '\t';
        return true;
    case 'u':
        return take_unicode(scan, code);
    default:
        return false;
    }
}

/* Bytes to be written in place of a character; an odd one is two surrogates to Java, hence "??". */
static size_t put_character(uint32_t code, bool odd, char *out)
{
    if (!odd || code < 0x10000) return fb_utf8_put(code, out);
    out[0] = out[1] = '?';
    return 2;
}

/* The rest of a string from its first character that does not stand for itself; `copy` has what
 * lies before it, and room for all; NULL: only its size is wanted. `size` NULL: it is skipped. */
static fb_json_result take_rest(fb_json_scan *scan, char quote, char *copy, size_t *size)
{
    for (;;) {
        const char *plain = scan->at;
        scan->at = skip_plain(plain, scan->end, quote);
        if (copy) memcpy(copy + *size, plain, (size_t)(scan->at - plain));
        if (size) *size += (size_t)(scan->at - plain);
        if (scan->at == scan->end) return FB_JSON_BAD;
        unsigned char c = (unsigned char)*scan->at;
        bool odd = false, ok = false;
        uint32_t code = 0;
        if (c == (unsigned char)quote) {
            scan->at++;
            return FB_JSON_OK;
        }
        if (c == '\\') {
            scan->at++;
            ok = take_escape(scan, &code);
        } else if (c >= 0x80) {
            ok = take_wide(scan, !size, &code, &odd);
        } else {
            scan->at++; /* a control character must be written as an escape */
        }
        if (!ok) return FB_JSON_BAD;
        char bytes[FB_UTF8_MAX_BYTES];
        size_t count = put_character(code, odd, bytes);
        if (copy) memcpy(copy + *size, bytes, count);
        if (size) *size += count;
    }
}

/* Whether all bytes of a text stand for themselves: then it need not be copied. */
static bool is_verbatim(fb_slice text)
{
    fb_json_scan scan = {.at = text.data, .end = text.data + text.size};
    while (scan.at < scan.end) {
        if (*scan.at == '\\') return false;
        uint32_t code;
        bool odd = false;
        if ((unsigned char)*scan.at < 0x80)
            scan.at++;
        else if (!take_wide(&scan, false, &code, &odd) || odd)
            return false;
    }
    return true;
}

fb_json_result fb_json_scan_string(fb_json_scan *scan, fb_slice *out)
{
    char quote = *scan->at++;
    const char *start = scan->at;
    scan->at = skip_plain(start, scan->end, quote);
    if (scan->at < scan->end && *scan->at == quote) {
        *out = fb_slice_make(start, (size_t)(scan->at++ - start));
        return FB_JSON_OK;
    }
    /* Once without a copy: faults are found, and texts that need none. */
    const char *special = scan->at;
    size_t size = (size_t)(special - start);
    fb_json_result result = take_rest(scan, quote, NULL, &size);
    if (result != FB_JSON_OK) return result;
    *out = fb_slice_make(start, (size_t)(scan->at - 1 - start));
    if (is_verbatim(*out)) return FB_JSON_OK;
    char *copy = fb_arena_alloc(scan->arena, size);
    if (!copy) return FB_JSON_NOMEM;
    size = (size_t)(special - start);
    memcpy(copy, start, size);
    scan->at = special;
    result = take_rest(scan, quote, copy, &size);
    *out = fb_slice_make(copy, size);
    return result;
}

static fb_json_result skip_string(fb_json_scan *scan)
{
    char quote = *scan->at++;
    return take_rest(scan, quote, NULL, NULL) == FB_JSON_OK ? FB_JSON_OK : FB_JSON_SYNTAX;
}

/* --- numbers and words --- */

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static bool take_word(fb_json_scan *scan, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0) return false;
    scan->at += size;
    return true;
}

static bool take_special(fb_json_scan *scan)
{
    char c = *scan->at;
    if (c != '-' && c != '+') return take_word(scan, "NaN") || take_word(scan, "Infinity");
    scan->at++;
    return take_word(scan, "INF") || take_word(scan, "Infinity");
}

static fb_json_result take_number(fb_json_scan *scan, fb_json_kind *kind)
{
    const char *start = scan->at, *at = start, *end = scan->end;
    if (*at == '-') at++;
    const char *digits = at;
    at = skip_digits(at, end);
    size_t count = (size_t)(at - digits);
    if (!count || (count > 1 && *digits == '0')) return FB_JSON_SYNTAX;
    *kind = FB_JSON_INTEGER;
    if (at < end && *at == '.') {
        *kind = FB_JSON_REAL;
        digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) return FB_JSON_SYNTAX;
        count += (size_t)(at - digits);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *kind = FB_JSON_REAL;
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        digits = at;
        at = skip_digits(at, end);
        if (at == digits) return FB_JSON_SYNTAX;
        count += (size_t)(at - digits);
    }
    scan->at = at;
    return count > FB_JSON_MAX_NUMBER_DIGITS ? FB_JSON_SYNTAX : FB_JSON_OK;
}

static fb_json_result take_scalar(fb_json_scan *scan, fb_json_kind *kind)
{
    char c = *scan->at;
    bool is_signed = c == '-' && scan->at + 1 < scan->end;
    if ((c >= '0' && c <= '9') || (is_signed && scan->at[1] != 'I')) return take_number(scan, kind);
    bool ok = false;
    if (c == 't') {
        *kind = FB_JSON_TRUE;
        ok = take_word(scan, "true");
    } else if (c == 'f') {
        *kind = FB_JSON_FALSE;
        ok = take_word(scan, "false");
    } else if (c == 'n') {
        *kind = FB_JSON_NULL;
        ok = take_word(scan, "null");
    } else {
        *kind = FB_JSON_SPECIAL;
        ok = take_special(scan);
    }
    return ok ? FB_JSON_OK : FB_JSON_SYNTAX;
}

fb_json_result fb_json_scan_value(fb_json_scan *scan, fb_json_kind *kind, fb_slice *text)
{
    fb_json_scan_space(scan);
    if (scan->at == scan->end) return FB_JSON_SYNTAX;
    const char *start = scan->at;
    fb_json_result result = FB_JSON_OK;
    if (*start == '"' || *start == '\'')
        *kind = FB_JSON_STRING;
    else if (*start == '{')
        *kind = FB_JSON_OBJECT;
    else if (*start == '[')
        *kind = FB_JSON_ARRAY;
    else
        result = take_scalar(scan, kind);
    *text = fb_slice_make(start, (size_t)(scan->at - start));
    return result;
}

/* --- objects and arrays --- */

fb_json_result fb_json_scan_open(fb_json_scan *scan, char closing, bool *empty)
{
    if (scan->depth >= FB_JSON_MAX_DEPTH) return FB_JSON_SYNTAX;
    scan->at++;
    *empty = fb_json_scan_take(scan, closing);
    if (!*empty) scan->depth++;
    return FB_JSON_OK;
}

fb_json_result fb_json_scan_next(fb_json_scan *scan, char closing, bool *ended)
{
    *ended = fb_json_scan_take(scan, closing);
    if (*ended) {
        scan->depth--;
        return FB_JSON_OK;
    }
    return fb_json_scan_take(scan, ',') ? FB_JSON_OK : FB_JSON_SYNTAX;
}

fb_json_result fb_json_scan_name(fb_json_scan *scan, fb_slice *out)
{
    fb_json_scan_space(scan);
    if (scan->at == scan->end || (*scan->at != '"' && *scan->at != '\'')) return FB_JSON_SYNTAX;
    fb_json_result result = fb_json_scan_string(scan, out);
    if (result == FB_JSON_NOMEM) return result;
    return result == FB_JSON_OK && fb_json_scan_take(scan, ':') ? FB_JSON_OK : FB_JSON_SYNTAX;
}

static fb_json_result skip_name(fb_json_scan *scan)
{
    fb_json_scan_space(scan);
    if (scan->at == scan->end || (*scan->at != '"' && *scan->at != '\'')) return FB_JSON_SYNTAX;
    fb_json_result result = skip_string(scan);
    return result == FB_JSON_OK && fb_json_scan_take(scan, ':') ? FB_JSON_OK : FB_JSON_SYNTAX;
}

/* Closes what ends behind a value, up to a comma or the level `base`. */
static fb_json_result skip_ends(fb_json_scan *scan, const uint64_t *is_object, uint32_t base)
{
    while (scan->depth > base) {
        uint32_t level = scan->depth - 1;
        bool in_object = is_object[level / 64] >> level % 64 & 1, ended;
        fb_json_result result = fb_json_scan_next(scan, in_object ? '}' : ']', &ended);
        if (result != FB_JSON_OK) return result;
        if (!ended) return in_object ? skip_name(scan) : FB_JSON_OK;
    }
    return FB_JSON_OK;
}

fb_json_result fb_json_scan_skip(fb_json_scan *scan)
{
    uint64_t is_object[FB_JSON_MAX_DEPTH / 64 + 1] = {0}; /* by level */
    uint32_t base = scan->depth;
    do {
        fb_json_kind kind;
        fb_slice text;
        fb_json_result result = fb_json_scan_value(scan, &kind, &text);
        if (result != FB_JSON_OK) return result;
        bool empty = true, opens_object = kind == FB_JSON_OBJECT;
        if (kind == FB_JSON_STRING)
            result = skip_string(scan);
        else if (opens_object || kind == FB_JSON_ARRAY)
            result = fb_json_scan_open(scan, opens_object ? '}' : ']', &empty);
        if (result != FB_JSON_OK) return result;
        if (!empty) {
            uint32_t level = scan->depth - 1;
            uint64_t mask = (uint64_t)1 << level % 64;
            is_object[level / 64] = (is_object[level / 64] & ~mask) | (opens_object ? mask : 0);
            result = opens_object ? skip_name(scan) : FB_JSON_OK;
        } else {
            result = skip_ends(scan, is_object, base);
        }
        if (result != FB_JSON_OK) return result;
    } while (scan->depth > base);
    return FB_JSON_OK;
}
