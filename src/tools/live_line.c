/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_BYTES = 40, PART_BYTES = 160 };

double resident_mb(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long pages = 0;
    if (!file) return 0;
    int fields = fscanf(file, "%*s %ld", &pages);
    fclose(file);
    return fields == 1 ? (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6 : 0;
}

/* 1234567 as 1,234,567. */
static void print_count(uint64_t count, char out[NUMBER_BYTES])
{
    char digits[NUMBER_BYTES];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

/* 12345 as 12,345; large ones shorter: 12.3 M. */
static void print_rate(double rate, char out[NUMBER_BYTES])
{
    if (rate >= 1e9)
        (void)snprintf(out, NUMBER_BYTES, "%.1f G", rate / 1e9);
    else if (rate >= 1e6)
        (void)snprintf(out, NUMBER_BYTES, "%.1f M", rate / 1e6);
    else
        print_count((uint64_t)(rate > 0 ? rate + 0.5 : 0), out);
}

static void print_bytes(uint64_t bytes, char out[NUMBER_BYTES])
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double size = (double)bytes;
    unsigned unit = 0;
    for (; size >= 999.5 && unit < sizeof units / sizeof *units - 1; unit++)
        size /= 1000;
    (void)snprintf(out, NUMBER_BYTES, "%.*f %s", unit >= 3 ? 1 : 0, size, units[unit]);
}

static void print_duration(double ms, char out[NUMBER_BYTES])
{
    if (ms < 999.5)
        (void)snprintf(out, NUMBER_BYTES, "%.3g ms", ms);
    else
        (void)snprintf(out, NUMBER_BYTES, "%.1f s", ms / 1000);
}

static void print_state(const live_query *live, char out[PART_BYTES])
{
    char rows[NUMBER_BYTES], bytes[NUMBER_BYTES];
    out[0] = '\0';
    if (!fb_progress_operator_count(live->progress)) return;
    uint64_t count = fb_progress_state_rows(live->progress);
    print_count(count, rows);
    print_bytes(fb_progress_state_bytes(live->progress), bytes);
    (void)snprintf(out, PART_BYTES, " · state %s row%s, %s", rows, count == 1 ? "" : "s", bytes);
}

/* Event times near the clock's are told by the time of day and how far behind they are. */
static void print_watermark(const live_query *live, int64_t wall_s, char out[PART_BYTES])
{
    enum { DAY_S = 24 * 3600, MINUTE_S = 60, HOUR_S = 3600 };
    int64_t ms;
    const char *text = fb_progress_watermark(live->progress, &ms);
    out[0] = '\0';
    if (!text) return;
    if (ms == 0) {
        (void)snprintf(out, PART_BYTES, " · no watermark yet");
        return;
    }
    int64_t behind_s = wall_s - ms / 1000;
    const char *space = strchr(text, ' ');
    int length = (int)strcspn(text, ".");
    if (behind_s < 0 || behind_s >= DAY_S || !space)
        (void)snprintf(out, PART_BYTES, " · watermark %.*s", length, text);
    else
        (void)snprintf(out, PART_BYTES, " · watermark %.*s (%" PRId64 " %s behind)",
                       (int)strcspn(space + 1, "."), space + 1,
                       behind_s < 2 * MINUTE_S ? behind_s
                       : behind_s < 2 * HOUR_S ? behind_s / MINUTE_S
                                               : behind_s / HOUR_S,
                       behind_s < 2 * MINUTE_S ? "s"
                       : behind_s < 2 * HOUR_S ? "min"
                                               : "h");
}

static void print_late(const live_query *live, char out[PART_BYTES])
{
    char groups[NUMBER_BYTES];
    out[0] = '\0';
    if (!live->late_groups) return;
    print_count(live->late_groups, groups);
    (void)snprintf(out, PART_BYTES, " · late %s", groups);
}

void live_query_print(const live_query *live, bool is_short, int64_t wall_s, char *out, size_t size)
{
    const char *name = live->name;
    char rate[NUMBER_BYTES], duration[NUMBER_BYTES];
    char state[PART_BYTES], watermark[PART_BYTES], late[PART_BYTES];
    if (!live->progress) {
        (void)snprintf(out, size, is_short ? "%s waiting" : "%s  waiting for data", name);
        return;
    }
    long long batch = (long long)fb_progress_batch_id(live->progress);
    print_rate(fb_progress_input_rate(live->progress), rate);
    if (is_short) {
        (void)snprintf(out, size, "%s %lld · %s rows/s", name, batch, rate);
        return;
    }
    print_duration((double)fb_progress_duration_us(live->progress) / 1000, duration);
    print_state(live, state);
    print_watermark(live, wall_s, watermark);
    print_late(live, late);
    (void)snprintf(out, size, "%s  batch %lld · %s rows/s in%s%s%s · %s/batch", name, batch, rate,
                   state, watermark, late, duration);
}

void cut_line(char *line, int columns)
{
    int used = 0;
    for (char *c = line; *c; c++) {
        bool begins_character = ((unsigned char)*c & 0xc0) != 0x80;
        if (begins_character && ++used >= columns) {
            *c = '\0';
            return;
        }
    }
}
