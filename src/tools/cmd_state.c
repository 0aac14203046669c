/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay state`: what lies in a checkpoint's state. */
#include "tools/command.h"

#include <forebay/checkpoint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct state_arguments {
    const char *verb, *location;
    fb_state_options options;
    conf_list confs;
} state_arguments;

static const option_spec state_options[] = {
    {"--operator", "N", "show: the stateful operator, counted from the sink (default 0)"},
    {"--store", "NAME", "show: the operator's store (default 'default')"},
    {"--partition", "N", "show: one partition only"},
    {"--batch", "N", "show: the state after this batch (default: the newest committed)"},
    {"--limit", "N", "show: at most so many rows"},
    {"--format", "FORMAT", "table (default), csv or jsonl"},
    {"--conf", "K=V", "set a configuration key, such as spark.sql.session.timeZone"},
};

static bool parse_number(const char *option, const char *text, int64_t least, int64_t most,
                         int64_t *out)
{
    bool is_number = *text;
    *out = 0;
    for (const char *c = text; *c && is_number; c++) {
        is_number = *c >= '0' && *c <= '9' && *out <= (most - (*c - '0')) / 10;
        if (is_number) *out = *out * 10 + (*c - '0');
    }
    if (is_number && *out >= least) return true;
    tell_usage_error("%s is '%s'; expected a number from %lld to %lld", option, text,
                     (long long)least, (long long)most);
    return false;
}

static bool read_option(const char *name, const char *value, state_arguments *out)
{
    fb_state_options *options = &out->options;
    int64_t number, least = strcmp(name, "--limit") == 0;
    if (strcmp(name, "--conf") == 0) return add_conf(&out->confs, value);
    if (strcmp(name, "--format") == 0) return parse_format(value, &options->format);
    if (strcmp(name, "--store") == 0) {
        options->store = value;
        return true;
    }
    int64_t most = strcmp(name, "--partition") == 0 ? INT32_MAX : INT64_MAX - 1;
    if (!parse_number(name, value, least, most, &number)) return false;
    if (strcmp(name, "--operator") == 0) {
        options->operator_id = number;
    } else if (strcmp(name, "--partition") == 0) {
        options->one_partition = true;
        options->partition = (uint32_t)number;
    } else if (strcmp(name, "--batch") == 0) {
        options->one_batch = true;
        options->batch_id = number;
    } else {
        options->limit = (uint64_t)number;
    }
    return true;
}

static int read_arguments(int argc, char **argv, state_arguments *out)
{
    argument_list args = {.cmd = &command_state, .argc = argc, .argv = argv};
    const char *name, *value;
    while (next_argument(&args, &name, &value)) {
        if (name && !read_option(name, value, out)) return EXIT_USAGE;
        if (name) continue;
        if (!out->verb)
            out->verb = value;
        else if (!out->location)
            out->location = value;
        else
            return tell_usage_error("'%s' is one argument too many; see 'forebay help state'",
                                    value);
    }
    if (args.failed) return EXIT_USAGE;
    bool known = out->verb && (!strcmp(out->verb, "ls") || !strcmp(out->verb, "show"));
    if (out->verb && !known)
        return tell_usage_error("'forebay state' can ls and show, not '%s'", out->verb);
    if (!out->location)
        return tell_usage_error("expected 'forebay state ls DIR' or 'forebay state show DIR'");
    return EXIT_DONE;
}

static int run_state(int argc, char **argv)
{
    state_arguments arguments = {0};
    int result = read_arguments(argc, argv, &arguments);
    if (result != EXIT_DONE) return result;
    fb_session *session;
    fb_error err = {0};
    if (fb_session_create(NULL, &session, &err) != FB_OK) return tell_error(&err);
    bool lists = strcmp(arguments.verb, "ls") == 0;
    fb_status status = FB_OK;
    if (!apply_confs(&arguments.confs, session))
        result = EXIT_USAGE;
    else if (lists)
        status = fb_session_list_state(session, arguments.location, arguments.options.format, &err);
    else
        status = fb_session_show_state(session, arguments.location, &arguments.options, &err);
    if (status != FB_OK) result = tell_error(&err);
    if (status == FB_E_CORRUPT) result = EXIT_DAMAGE;
    fb_session_destroy(session);
    return result;
}

const command command_state = {
    .name = "state",
    .arguments = "ls|show DIR",
    .help = "list the stores of a checkpoint, or show their rows",
    .options = state_options,
    .option_count = sizeof state_options / sizeof state_options[0],
    .run = run_state,
};
