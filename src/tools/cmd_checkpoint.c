/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay checkpoint`: a checkpoint as a whole. */
#include "tools/command.h"

#include <forebay/checkpoint.h>

#include <string.h>

static const option_spec checkpoint_options[] = {
    {"--format", "FORMAT", "table (default: text to read) or jsonl"},
    {"--conf", "K=V", "set a configuration key, such as spark.sql.session.timeZone"},
};

typedef struct checkpoint_arguments {
    const char *verb, *location;
    fb_result_format format;
    conf_list confs;
} checkpoint_arguments;

static bool read_option(const char *name, const char *value, checkpoint_arguments *out)
{
    if (strcmp(name, "--conf") == 0) return add_conf(&out->confs, value);
    if (!parse_format(value, &out->format)) return false;
    if (out->format != FB_RESULT_CSV) return true;
    tell_usage_error("--format is 'csv'; expected table or jsonl");
    return false;
}

static int read_arguments(int argc, char **argv, checkpoint_arguments *out)
{
    argument_list args = {.cmd = &command_checkpoint, .argc = argc, .argv = argv};
    const char *name, *value;
    while (next_argument(&args, &name, &value)) {
        if (name && !read_option(name, value, out)) return EXIT_USAGE;
        if (name) continue;
        if (!out->verb)
            out->verb = value;
        else if (!out->location)
            out->location = value;
        else
            return tell_usage_error("'%s' is one argument too many; see 'forebay help checkpoint'",
                                    value);
    }
    if (args.failed) return EXIT_USAGE;
    if (out->verb && strcmp(out->verb, "info") && strcmp(out->verb, "verify"))
        return tell_usage_error("'forebay checkpoint' can info and verify, not '%s'", out->verb);
    if (!out->location)
        return tell_usage_error(
            "expected 'forebay checkpoint info DIR' or 'forebay checkpoint verify DIR'");
    return EXIT_DONE;
}

static int run_checkpoint(int argc, char **argv)
{
    checkpoint_arguments arguments = {0};
    int result = read_arguments(argc, argv, &arguments);
    if (result != EXIT_DONE) return result;
    fb_session *session;
    fb_error err = {0};
    if (fb_session_create(NULL, &session, &err) != FB_OK) return tell_error(&err);
    fb_status status = FB_OK;
    if (!apply_confs(&arguments.confs, session))
        result = EXIT_USAGE;
    else if (strcmp(arguments.verb, "info") == 0)
        status =
            fb_session_describe_checkpoint(session, arguments.location, arguments.format, &err);
    else
        status = fb_session_verify_checkpoint(session, arguments.location, arguments.format, &err);
    if (status != FB_OK) result = tell_error(&err);
    if (status == FB_E_CORRUPT) result = EXIT_DAMAGE;
    fb_session_destroy(session);
    return result;
}

const command command_checkpoint = {
    .name = "checkpoint",
    .arguments = "info|verify DIR",
    .help = "tell what a checkpoint is, or look for damage in all of it",
    .options = checkpoint_options,
    .option_count = sizeof checkpoint_options / sizeof checkpoint_options[0],
    .run = run_checkpoint,
};
