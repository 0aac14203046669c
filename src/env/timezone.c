/* SPDX-License-Identifier: Apache-2.0
 *
 * Zones are found by name in a table of chains that only grows: readers follow atomic pointers
 * without a lock, and whoever loads a zone puts it at the head of its chain under one mutex. */
#include "env/timezone.h"

#include "base/memory.h"
#include "env/tzif.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CHAIN_COUNT = 64,
    MAX_ID_BYTES = 255,
    MAX_FILE_BYTES = 1 << 20,
    MAX_OFFSET_SECONDS = 18 * 3600,
};

#define DEFAULT_DATABASE "/usr/share/zoneinfo"

struct fb_timezone {
    fb_timezone *next;
    char *id;
    bool is_fixed;
    int32_t fixed_offset;
    fb_tzif tzif; /* unless fixed */
};

static fb_timezone utc_zone = {.id = (char[]){"UTC"}, .is_fixed = true};
static _Atomic(fb_timezone *) chains[CHAIN_COUNT];
/* Protects insertion into `chains`; taken while no other lock is wanted. */
static pthread_mutex_t insertion = PTHREAD_MUTEX_INITIALIZER;

/* java.time.ZoneId.SHORT_IDS. */
static const struct {
    const char *id, *target;
} short_ids[] = {
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"EST", "-05:00"},
    {"HST", "-10:00"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"MST", "-07:00"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
};

/* In the database's folder, but no regions for Java. */
static const char *const not_regions[] = {"Factory", "ROC", "localtime", "posixrules"};

static uint32_t chain_of(fb_slice id)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < id.size; i++)
        hash = (hash ^ (unsigned char)id.data[i]) * 16777619u;
    return hash % CHAIN_COUNT;
}

static fb_timezone *look_up(fb_slice id)
{
    fb_timezone *zone = atomic_load_explicit(&chains[chain_of(id)], memory_order_acquire);
    while (zone && !fb_slice_is(id, zone->id))
        zone = zone->next;
    return zone;
}

static void destroy_zone(fb_timezone *zone)
{
    if (!zone) return;
    fb_tzif_deinit(&zone->tzif);
    fb_free(zone->id);
    fb_free(zone);
}

static fb_status create_zone(fb_slice id, fb_timezone **out, fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    char *copy = fb_alloc(id.size + 1);
    if (!*out || !copy) {
        fb_free(copy);
        fb_free(*out);
        *out = NULL;
        return fb_fail_nomem(err, "a time zone");
    }
    memcpy(copy, id.data, id.size);
    copy[id.size] = '\0';
    (*out)->id = copy;
    return FB_OK;
}

/* Takes ownership of `zone`; the result is the one that everybody uses from now on. */
static const fb_timezone *publish(fb_timezone *zone)
{
    fb_slice id = fb_slice_of(zone->id);
    pthread_mutex_lock(&insertion);
    fb_timezone *winner = look_up(id);
    if (!winner) {
        _Atomic(fb_timezone *) *head = &chains[chain_of(id)];
        zone->next = atomic_load_explicit(head, memory_order_relaxed);
        atomic_store_explicit(head, zone, memory_order_release);
        winner = zone;
    }
    pthread_mutex_unlock(&insertion);
    if (winner != zone) destroy_zone(zone);
    return winner;
}

static fb_status read_file(const char *path, char **data, size_t *size, fb_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fb_fail(err, FB_E_NOT_FOUND, errno, "open time zone file %s", path);
    fb_status status = FB_OK;
    *size = 0;
    *data = fb_alloc(MAX_FILE_BYTES);
    if (!*data) status = fb_fail_nomem(err, "a time zone file");
    while (status == FB_OK && *size < MAX_FILE_BYTES) {
        ssize_t count = read(fd, *data + *size, MAX_FILE_BYTES - *size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) status = fb_fail(err, FB_E_IO, errno, "read time zone file %s", path);
        if (count <= 0) break;
        *size += (size_t)count;
    }
    (void)close(fd); /* opened for reading: nothing can be lost */
    if (status != FB_OK) {
        fb_free(*data);
        *data = NULL;
    }
    return status;
}

static fb_status load_file(const char *path, fb_slice id, const fb_timezone **out, fb_error *err)
{
    char *data = NULL;
    size_t size = 0;
    fb_timezone *zone = NULL;
    fb_status status = read_file(path, &data, &size, err);
    if (status == FB_OK) status = create_zone(id, &zone, err);
    if (status == FB_OK) status = fb_tzif_decode(fb_slice_make(data, size), path, &zone->tzif, err);
    fb_free(data);
    if (status == FB_OK)
        *out = publish(zone);
    else
        destroy_zone(zone);
    return status;
}

/* java.time.ZoneRegion's pattern, without a dot at the start of a path component, so that no id
 * leads out of the database. */
static bool is_region_id(fb_slice id)
{
    if (id.size < 2 || id.size > MAX_ID_BYTES) return false;
    for (size_t i = 0; i < id.size; i++) {
        char c = id.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_other = c == '/' || c == '_' || c == '-' || c == '+' || c == '~' || c == '.' ||
                        (c >= '0' && c <= '9');
        if (!is_letter && (i == 0 || !is_other)) return false;
        if (c == '.' && id.data[i - 1] == '/') return false;
    }
    for (size_t i = 0; i < sizeof not_regions / sizeof not_regions[0]; i++)
        if (fb_slice_is(id, not_regions[i])) return false;
    return !fb_slice_starts_with(id, FB_SLICE("posix/")) &&
           !fb_slice_starts_with(id, FB_SLICE("right/"));
}

static const char *database_path(void)
{
    const char *path = getenv("TZDIR");
    return path && path[0] == '/' ? path : DEFAULT_DATABASE;
}

static fb_status fail_unknown(fb_slice id, fb_error *err)
{
    if (access(database_path(), R_OK) != 0)
        return fb_fail_condition(err, FB_E_INVALID, "INVALID_TIMEZONE",
                                 "The timezone: %.*s is invalid: there is no time zone database "
                                 "at %s (package tzdata).",
                                 FB_SLICE_ARGS(id), database_path());
    return fb_fail_condition(
        err, FB_E_INVALID, "INVALID_TIMEZONE",
        "The timezone: %.*s is invalid. The timezone must be either a region-based zone ID or a "
        "zone offset. Region IDs must have the form 'area/city', such as 'America/Los_Angeles'. "
        "Zone offsets must be in the format '(+|-)HH', '(+|-)HH:mm\xe2\x80\x99 or "
        "'(+|-)HH:mm:ss', e.g '-08' , '+01:00' or '-13:33:33', and must be in the range from "
        "-18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms for '+00:00'.",
        FB_SLICE_ARGS(id));
}

static bool take_digits(fb_slice text, size_t *at, size_t least, size_t most, int32_t *out)
{
    size_t start = *at;
    *out = 0;
    while (*at < text.size && *at - start < most && text.data[*at] >= '0' && text.data[*at] <= '9')
        *out = *out * 10 + (text.data[(*at)++] - '0');
    return *at - start >= least;
}

/* After the sign: h, hh, hhmm, hhmmss, h:mm, hh:m, hh:mm, h:mm:ss, hh:mm:ss. */
static bool parse_offset_fields(fb_slice text, int32_t field[3])
{
    size_t at = 0;
    if (!take_digits(text, &at, 1, 2, &field[0])) return false;
    if (at == text.size) return true;
    if (text.data[at] != ':')
        return at == 2 && take_digits(text, &at, 2, 2, &field[1]) &&
               (at == text.size || take_digits(text, &at, 2, 2, &field[2])) && at == text.size;
    at++;
    size_t minute_at = at;
    if (!take_digits(text, &at, 1, 2, &field[1])) return false;
    if (at == text.size) return true;
    /* A single digit of minutes is read only at the end of the text. */
    if (at - minute_at != 2 || text.data[at++] != ':') return false;
    return take_digits(text, &at, 2, 2, &field[2]) && at == text.size;
}

bool fb_timezone_parse_offset(fb_slice text, int32_t *seconds)
{
    *seconds = 0;
    if (fb_slice_is(text, "Z")) return true;
    if (text.size < 2 || (text.data[0] != '+' && text.data[0] != '-')) return false;
    int32_t field[3] = {0};
    if (!parse_offset_fields(fb_slice_make(text.data + 1, text.size - 1), field)) return false;
    int32_t total = field[0] * 3600 + field[1] * 60 + field[2];
    if (field[1] > 59 || field[2] > 59 || total > MAX_OFFSET_SECONDS) return false;
    *seconds = text.data[0] == '-' ? -total : total;
    return true;
}

/* UTC, GMT, UT, alone or with an offset; offsets alone. */
static bool parse_fixed(fb_slice id, int32_t *seconds)
{
    static const char *const prefixes[] = {"UTC", "GMT", "UT"};
    *seconds = 0;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        fb_slice prefix = fb_slice_of(prefixes[i]);
        if (!fb_slice_starts_with(id, prefix)) continue;
        fb_slice rest = fb_slice_make(id.data + prefix.size, id.size - prefix.size);
        if (rest.size == 0) return true;
        if (rest.data[0] == '+' || rest.data[0] == '-')
            return fb_timezone_parse_offset(rest, seconds);
    }
    return fb_timezone_parse_offset(id, seconds);
}

fb_status fb_timezone_find(fb_slice id, const fb_timezone **out, fb_error *err)
{
    *out = fb_slice_is(id, "UTC") ? &utc_zone : look_up(id);
    if (*out) return FB_OK;
    for (size_t i = 0; i < sizeof short_ids / sizeof short_ids[0]; i++)
        if (fb_slice_is(id, short_ids[i].id))
            return fb_timezone_find(fb_slice_of(short_ids[i].target), out, err);
    int32_t seconds;
    if (parse_fixed(id, &seconds)) {
        fb_timezone *zone;
        FB_TRY(create_zone(id, &zone, err));
        zone->is_fixed = true;
        zone->fixed_offset = seconds;
        *out = publish(zone);
        return FB_OK;
    }
    char path[PATH_MAX];
    if (!is_region_id(id)) return fail_unknown(id, err);
    int length = snprintf(path, sizeof path, "%s/%.*s", database_path(), FB_SLICE_ARGS(id));
    if (length < 0 || (size_t)length >= sizeof path) return fail_unknown(id, err);
    fb_status status = load_file(path, id, out, err);
    /* Folders and text files of the database are no regions either. */
    bool is_unknown = status == FB_E_NOT_FOUND || status == FB_E_IO || status == FB_E_CORRUPT;
    return is_unknown ? fail_unknown(id, err) : status;
}

static const fb_timezone *find_or_null(fb_slice id)
{
    const fb_timezone *zone;
    return id.size && fb_timezone_find(id, &zone, NULL) == FB_OK ? zone : NULL;
}

/* The region that /etc/localtime is a link to, or its content under the name "localtime". */
static const fb_timezone *system_zone(void)
{
    char target[PATH_MAX];
    ssize_t length = readlink("/etc/localtime", target, sizeof target - 1);
    if (length > 0) {
        target[length] = '\0';
        const char *folder = strstr(target, "zoneinfo/");
        if (folder) return find_or_null(fb_slice_of(folder + strlen("zoneinfo/")));
    }
    const fb_timezone *zone;
    fb_status status = load_file("/etc/localtime", FB_SLICE("localtime"), &zone, NULL);
    return status == FB_OK ? zone : NULL;
}

const fb_timezone *fb_timezone_host(void)
{
    const fb_timezone *zone;
    const char *variable = getenv("TZ");
    if (variable && variable[0])
        zone = find_or_null(fb_slice_of(variable + (*variable == ':')));
    else
        zone = system_zone();
    return zone ? zone : &utc_zone;
}

const fb_timezone *fb_timezone_utc(void)
{
    return &utc_zone;
}

const char *fb_timezone_id(const fb_timezone *zone)
{
    return zone->id;
}

void fb_timezone_range_at(const fb_timezone *zone, int64_t utc_seconds, int64_t *from,
                          int64_t *until, int32_t *offset)
{
    if (!zone->is_fixed) {
        fb_tzif_range(&zone->tzif, utc_seconds, from, until, offset);
        return;
    }
    *from = INT64_MIN;
    *until = INT64_MAX;
    *offset = zone->fixed_offset;
}

int32_t fb_timezone_offset_at(const fb_timezone *zone, int64_t utc_seconds)
{
    int64_t from, until;
    int32_t offset;
    fb_timezone_range_at(zone, utc_seconds, &from, &until, &offset);
    return offset;
}

int64_t fb_timezone_to_utc(const fb_timezone *zone, int64_t local_seconds)
{
    if (zone->is_fixed) return local_seconds - zone->fixed_offset;
    /* Walk the ranges from a point that is surely before; the first that contains the instant is
     * the earlier of an overlap, and running past it means a gap. */
    int64_t from, until;
    int32_t offset;
    fb_tzif_range(&zone->tzif, local_seconds - 2 * 86400, &from, &until, &offset);
    while (local_seconds - offset >= until) {
        int32_t before = offset;
        fb_tzif_range(&zone->tzif, until, &from, &until, &offset);
        if (local_seconds - offset < from) return local_seconds - before;
    }
    return local_seconds - offset;
}
