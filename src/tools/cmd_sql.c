/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay sql`: statements that print rows. */
#include "tools/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sql_arguments {
    const char *path;
    const char *text; /* -c */
    fb_result_format format;
    conf_list confs;
} sql_arguments;

static const option_spec sql_options[] = {
    {"-c", "SQL", "run this text instead of a file"},
    {"--format", "FORMAT", "table (default), csv or jsonl"},
    {"--conf", "K=V", "set a configuration key, as SET does; may be repeated"},
};

static int read_arguments(int argc, char **argv, sql_arguments *out)
{
    argument_list args = {.cmd = &command_sql, .argc = argc, .argv = argv};
    const char *name, *value;
    while (next_argument(&args, &name, &value)) {
        if (!name && out->path)
            return tell_usage_error("more than one script: '%s' and '%s'", out->path, value);
        if (!name)
            out->path = value;
        else if (strcmp(name, "-c") == 0)
            out->text = value;
        else if (strcmp(name, "--conf") == 0 && !add_conf(&out->confs, value))
            return EXIT_USAGE;
        else if (strcmp(name, "--format") == 0 && !parse_format(value, &out->format))
            return EXIT_USAGE;
    }
    if (args.failed) return EXIT_USAGE;
    if (!out->path == !out->text)
        return tell_usage_error("expected a script or -c: forebay sql FILE, forebay sql -c SQL");
    return EXIT_DONE;
}

/* Streaming tables are refused: their queries would outlive the command. */
static int run_text(const sql_arguments *arguments, const char *name, const char *text, size_t size)
{
    const fb_script_options options = {.format = arguments->format, .batch_only = true};
    fb_session *session;
    fb_error err = {0};
    int result = EXIT_DONE;
    if (fb_session_create(NULL, &session, &err) != FB_OK) return tell_error(&err);
    if (!apply_confs(&arguments->confs, session))
        result = EXIT_USAGE;
    else if (fb_session_run_script(session, name, text, size, &options, &err) != FB_OK)
        result = tell_error(&err);
    fb_session_destroy(session);
    return result;
}

static int run_sql(int argc, char **argv)
{
    sql_arguments arguments = {0};
    int result = read_arguments(argc, argv, &arguments);
    if (result != EXIT_DONE) return result;
    if (arguments.text)
        return run_text(&arguments, "<command line>", arguments.text, strlen(arguments.text));
    size_t size;
    char *text = read_script(arguments.path, &size);
    if (!text) return EXIT_FAILED;
    result = run_text(&arguments, script_name(arguments.path), text, size);
    free(text);
    return result;
}

const command command_sql = {
    .name = "sql",
    .arguments = "[FILE]",
    .help = "run statements and print their rows",
    .options = sql_options,
    .option_count = sizeof sql_options / sizeof sql_options[0],
    .run = run_sql,
};
