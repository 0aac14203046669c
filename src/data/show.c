/* SPDX-License-Identifier: Apache-2.0 */
#include "data/show.h"

#include "base/utf8.h"
#include "data/value_text.h"

#include <inttypes.h>

enum { MIN_COLUMN_WIDTH = 3 };

/* A cell's place in the texts (from the end of the one before) and its width. */
typedef struct cell {
    size_t end;
    size_t width;
} cell;

/* --- one cell --- */

/* The letter after the backslash, or 0. */
static char escape_of(unsigned char byte)
{
    switch (byte) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\f':
        return 'f';
    case '\b':
        return 'b';
    case '\v':
        return 'v';
    case '\a':
        return 'a';
    default:
        return 0;
    }
}

/* Spark's list of characters that take two columns. */
static bool is_wide(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
        {0xfe10, 0xfe19}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].first && c <= ranges[i].last) return true;
    return false;
}

/* What is left of a text while its cell is written. */
typedef struct cell_writer {
    fb_buf *out;
    size_t units_left; /* UTF-16 units */
    size_t width;
} cell_writer;

static void put_ascii(cell_writer *writer, const char *bytes, size_t count)
{
    if (count > writer->units_left) count = writer->units_left;
    fb_buf_add(writer->out, bytes, count);
    writer->units_left -= count;
    writer->width += count;
}

static void put_character(cell_writer *writer, uint32_t c)
{
    size_t units = c > 0xffff ? 2 : 1;
    if (units > writer->units_left) {
        /* Java cuts between the halves of a pair and prints the first as '?'. */
        put_ascii(writer, "?", 1);
        return;
    }
    char bytes[FB_UTF8_MAX_BYTES];
    fb_buf_add(writer->out, bytes, fb_utf8_put(c, bytes));
    writer->units_left -= units;
    writer->width += units + is_wide(c);
}

/* Escapes `text` until the units are used up. */
static void put_text(cell_writer *writer, fb_slice text)
{
    size_t at = 0;
    while (at < text.size && writer->units_left) {
        size_t plain = at;
        while (plain < text.size && (unsigned char)text.data[plain] < 0x80 &&
               !escape_of((unsigned char)text.data[plain]))
            plain++;
        put_ascii(writer, text.data + at, plain - at);
        at = plain;
        if (at == text.size || !writer->units_left) break;
        char escape = escape_of((unsigned char)text.data[at]);
        if (escape) {
            put_ascii(writer, (char[]){'\\', escape}, 2);
            at++;
        } else {
            put_character(writer, fb_utf8_next(text, &at));
        }
    }
}

/* Whether the escaped text has more than `limit` UTF-16 units. */
static bool is_longer(fb_slice text, size_t limit)
{
    size_t units = 0;
    for (size_t at = 0; at < text.size && units <= limit;) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < 0x80) {
            units += escape_of(byte) ? 2 : 1;
            at++;
        } else {
            units += fb_utf8_next(text, &at) > 0xffff ? 2 : 1;
        }
    }
    return units > limit;
}

size_t fb_show_cell(fb_slice text, uint32_t cell_limit, fb_buf *out)
{
    static const char dots[] = "...";
    cell_writer writer = {.out = out, .units_left = SIZE_MAX};
    bool cut = cell_limit && is_longer(text, cell_limit);
    bool with_dots = cut && cell_limit > 3; /* nothing would be left of shorter ones */
    if (cut) writer.units_left = with_dots ? cell_limit - 3 : cell_limit;
    put_text(&writer, text);
    if (with_dots) {
        fb_buf_add_text(out, dots);
        writer.width += 3;
    }
    return writer.width;
}

/* --- collecting --- */

void fb_show_init(fb_show *show, const fb_show_format *format)
{
    *show = (fb_show){.format = format};
    fb_buf_init(&show->texts, format->max_bytes);
    fb_buf_init(&show->cells, format->max_bytes);
    fb_buf_init(&show->scratch, format->max_bytes);
}

void fb_show_deinit(fb_show *show)
{
    fb_buf_deinit(&show->texts);
    fb_buf_deinit(&show->cells);
    fb_buf_deinit(&show->scratch);
}

size_t fb_show_bytes(const fb_show *show)
{
    return show->texts.capacity + show->cells.capacity + show->scratch.capacity;
}

static void add_cell(fb_show *show, fb_slice text)
{
    size_t width = fb_show_cell(text, show->format->cell_limit, &show->texts);
    cell added = {.end = show->texts.size, .width = width};
    fb_buf_add(&show->cells, &added, sizeof added);
}

static void add_row(fb_show *show, const fb_chunk *chunk, size_t row)
{
    for (uint32_t i = 0; i < chunk->column_count; i++) {
        fb_buf_clear(&show->scratch);
        fb_value_text_show(&chunk->columns[i], row, show->format->timezone, &show->scratch);
        if (show->scratch.failed) return;
        add_cell(show, fb_buf_slice(&show->scratch));
    }
}

fb_status fb_show_add(fb_show *show, const fb_chunk *chunk, fb_error *err)
{
    FB_ASSERT(chunk->column_count == show->format->schema->field_count);
    uint64_t room = show->format->row_limit - show->row_count;
    size_t count = chunk->row_count < room ? chunk->row_count : (size_t)room;
    for (size_t row = 0; row < count; row++) {
        add_row(show, chunk, row);
        if (!show->texts.failed && !show->cells.failed && !show->scratch.failed) continue;
        if (!show->texts.is_full && !show->cells.is_full && !show->scratch.is_full)
            return fb_fail_nomem(err, "rows to be printed");
        return fb_fail(err, FB_E_LIMIT, 0,
                       "the rows to be printed do not fit in memory (limit %zu bytes); print fewer "
                       "of them, or cut long values",
                       show->texts.max_bytes);
    }
    show->row_count += count;
    if (count < chunk->row_count) show->has_more = true;
    return FB_OK;
}

/* --- printing --- */

static const cell *cells_of(const fb_show *show)
{
    return (const cell *)(const void *)show->cells.data;
}

/* Walks over the rows of all parts that are to be printed. */
typedef struct row_walk {
    const fb_show *const *parts;
    uint32_t part_count;
    uint32_t part;
    uint64_t row; /* within the part */
    uint64_t left;
} row_walk;

static row_walk walk_rows(const fb_show_format *format, const fb_show *const *parts,
                          uint32_t part_count)
{
    return (row_walk){.parts = parts, .part_count = part_count, .left = format->row_limit};
}

/* The next row's part and the index of its first cell there; false at the end. */
static bool next_row(row_walk *walk, const fb_show **part, size_t *first_cell)
{
    while (walk->left && walk->part < walk->part_count) {
        const fb_show *show = walk->parts[walk->part];
        if (!show || walk->row == show->row_count) {
            walk->part++;
            walk->row = 0;
            continue;
        }
        *part = show;
        *first_cell = (size_t)walk->row * show->format->schema->field_count;
        walk->row++;
        walk->left--;
        return true;
    }
    return false;
}

static void put_rule(const size_t *widths, uint32_t column_count, fb_buf *out)
{
    fb_buf_add_char(out, '+');
    for (uint32_t i = 0; i < column_count; i++) {
        if (i) fb_buf_add_char(out, '+');
        fb_buf_add_repeat(out, '-', widths[i]);
    }
    fb_buf_add_text(out, "+\n");
}

static void put_cell(const fb_show_format *format, uint32_t column, fb_slice text, size_t width,
                     size_t column_width, fb_buf *out)
{
    if (column) fb_buf_add_char(out, '|');
    if (format->cell_limit) fb_buf_add_repeat(out, ' ', column_width - width);
    fb_buf_add_slice(out, text);
    if (!format->cell_limit) fb_buf_add_repeat(out, ' ', column_width - width);
}

static void put_row(const fb_show *part, size_t first_cell, const size_t *widths, fb_buf *out)
{
    const cell *cells = cells_of(part);
    size_t start = first_cell ? cells[first_cell - 1].end : 0;
    fb_buf_add_char(out, '|');
    for (uint32_t i = 0; i < part->format->schema->field_count; i++) {
        const cell *at = &cells[first_cell + i];
        fb_slice text = {part->texts.data + start, at->end - start};
        put_cell(part->format, i, text, at->width, widths[i], out);
        start = at->end;
    }
    fb_buf_add_text(out, "|\n");
}

static void put_header(const fb_show_format *format, const size_t *widths, fb_buf *out)
{
    fb_buf name;
    fb_buf_init(&name, 0);
    fb_buf_add_char(out, '|');
    for (uint32_t i = 0; i < format->schema->field_count; i++) {
        fb_buf_clear(&name);
        size_t width = fb_show_cell(format->schema->fields[i].name, 0, &name);
        put_cell(format, i, fb_buf_slice(&name), width, widths[i], out);
    }
    fb_buf_add_text(out, "|\n");
    if (name.failed) out->failed = true;
    fb_buf_deinit(&name);
}

/* The widest of name and cells of each column. */
static void measure(const fb_show_format *format, const fb_show *const *parts, uint32_t part_count,
                    size_t *widths, fb_buf *scratch)
{
    uint32_t column_count = format->schema->field_count;
    for (uint32_t i = 0; i < column_count; i++) {
        fb_buf_clear(scratch);
        widths[i] = fb_show_cell(format->schema->fields[i].name, 0, scratch);
        if (widths[i] < MIN_COLUMN_WIDTH) widths[i] = MIN_COLUMN_WIDTH;
    }
    row_walk walk = walk_rows(format, parts, part_count);
    const fb_show *part;
    size_t first_cell;
    while (next_row(&walk, &part, &first_cell))
        for (uint32_t i = 0; i < column_count; i++) {
            size_t width = cells_of(part)[first_cell + i].width;
            if (width > widths[i]) widths[i] = width;
        }
}

static bool was_cut(const fb_show_format *format, const fb_show *const *parts, uint32_t part_count)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < part_count; i++) {
        if (!parts[i]) continue;
        rows += parts[i]->row_count;
        if (parts[i]->has_more || rows > format->row_limit) return true;
    }
    return false;
}

void fb_show_print(const fb_show_format *format, const fb_show *const *parts, uint32_t part_count,
                   fb_buf *out)
{
    uint32_t column_count = format->schema->field_count;
    fb_arena arena;
    fb_arena_init(&arena, 4096);
    fb_buf scratch;
    fb_buf_init(&scratch, 0);
    size_t *widths = fb_arena_array(&arena, column_count, sizeof *widths);
    if (widths) {
        measure(format, parts, part_count, widths, &scratch);
        put_rule(widths, column_count, out);
        put_header(format, widths, out);
        put_rule(widths, column_count, out);
        row_walk walk = walk_rows(format, parts, part_count);
        const fb_show *part;
        size_t first_cell;
        while (next_row(&walk, &part, &first_cell))
            put_row(part, first_cell, widths, out);
        put_rule(widths, column_count, out);
        if (was_cut(format, parts, part_count))
            fb_buf_printf(out, "only showing top %" PRIu64 " %s", format->row_limit,
                          format->row_limit == 1 ? "row" : "rows");
    }
    if (!widths || scratch.failed) out->failed = true;
    fb_buf_deinit(&scratch);
    fb_arena_deinit(&arena);
}
