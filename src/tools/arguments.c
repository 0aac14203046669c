/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SCRIPT_BYTES = 64 * 1024 * 1024 };

int tell_usage_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_USAGE;
}

int tell_error(const fb_error *err)
{
    bool has_condition = err->condition[0] != '\0';
    /* An error with a place in a script already has the form file:line:column: error: ... */
    const char *prefix = err->line > 0 && strstr(err->message, ": error: ") ? "" : "error: ";
    fprintf(stderr, "%s%s", prefix, err->message);
    if (has_condition && !strstr(err->message, err->condition))
        fprintf(stderr, " [%s]", err->condition);
    fputc('\n', stderr);
    return EXIT_FAILED;
}

static const option_spec *find_option(const command *cmd, const char *text, size_t length)
{
    for (size_t i = 0; i < cmd->option_count; i++)
        if (strlen(cmd->options[i].name) == length &&
            strncmp(cmd->options[i].name, text, length) == 0)
            return &cmd->options[i];
    return NULL;
}

static bool refuse(argument_list *args, const char *what, const char *text)
{
    tell_usage_error("%s '%s'; see 'forebay help %s'", what, text, args->cmd->name);
    args->failed = true;
    return false;
}

bool next_argument(argument_list *args, const char **name, const char **value)
{
    *name = *value = NULL;
    if (args->failed || args->index >= args->argc) return false;
    char *text = args->argv[args->index++];
    if (!args->only_plain && strcmp(text, "--") == 0) {
        args->only_plain = true;
        return next_argument(args, name, value);
    }
    if (args->only_plain || text[0] != '-' || text[1] == '\0') {
        *value = text;
        return true;
    }
    const char *equals = strncmp(text, "--", 2) == 0 ? strchr(text, '=') : NULL;
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    const option_spec *option = find_option(args->cmd, text, length);
    if (!option) return refuse(args, "unknown option", text);
    *name = option->name;
    if (!option->value) return equals ? refuse(args, "no value belongs to", option->name) : true;
    if (equals)
        *value = equals + 1;
    else if (args->index < args->argc)
        *value = args->argv[args->index++];
    return *value ? true : refuse(args, "a value is missing after", option->name);
}

bool add_conf(conf_list *confs, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        tell_usage_error("--conf is '%s'; expected key=value", text);
        return false;
    }
    if (confs->count == MAX_CONFS) {
        tell_usage_error("more than %d --conf", MAX_CONFS);
        return false;
    }
    confs->texts[confs->count++] = text;
    return true;
}

static bool apply_conf(const char *text, fb_session *session)
{
    const char *equals = strchr(text, '=');
    char *key = strndup(text, (size_t)(equals - text));
    fb_error err = {0};
    fb_status status = FB_E_NOMEM;
    if (key) status = fb_session_set(session, key, equals + 1, &err);
    free(key);
    if (status != FB_OK) tell_error(&err);
    return status == FB_OK;
}

bool apply_confs(const conf_list *confs, fb_session *session)
{
    for (size_t i = 0; i < confs->count; i++)
        if (!apply_conf(confs->texts[i], session)) return false;
    return true;
}

const char *script_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "<standard input>" : path;
}

bool parse_format(const char *text, fb_result_format *out)
{
    static const char *const names[] = {"table", "csv", "jsonl"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *out = (fb_result_format)i;
        return true;
    }
    tell_usage_error("--format is '%s'; expected table, csv or jsonl", text);
    return false;
}

static char *read_stream(FILE *file, const char *path, size_t *size_bytes)
{
    size_t capacity = 0, size = 0;
    char *text = NULL;
    for (;;) {
        if (size == capacity) {
            capacity = capacity ? capacity * 2 : 4096;
            char *bigger = capacity <= MAX_SCRIPT_BYTES ? realloc(text, capacity) : NULL;
            if (!bigger) {
                fprintf(stderr, "error: %s: larger than %d MiB\n", path, MAX_SCRIPT_BYTES >> 20);
                free(text);
                return NULL;
            }
            text = bigger;
        }
        size_t got = fread(text + size, 1, capacity - size, file);
        if (got == 0) break;
        size += got;
    }
    if (ferror(file)) {
        fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
        free(text);
        return NULL;
    }
    *size_bytes = size;
    return text;
}

char *read_script(const char *path, size_t *size_bytes)
{
    if (strcmp(path, "-") == 0) return read_stream(stdin, "standard input", size_bytes);
    FILE *file = fopen(path, "rbe");
    if (!file) {
        fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    char *text = read_stream(file, path, size_bytes);
    fclose(file);
    return text;
}
