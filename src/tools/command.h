/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of `forebay`, one file each, and how they read their arguments. Data goes to
 * standard output, talk to standard error. */
#ifndef FB_TOOLS_COMMAND_H
#define FB_TOOLS_COMMAND_H

#include <forebay/forebay.h>

#include <stdbool.h>
#include <stddef.h>

/* What the process exits with. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DAMAGE = 3 };

typedef struct option_spec {
    const char *name;  /* "--conf", "-c" */
    const char *value; /* what stands for its value in the help; NULL: it has none */
    const char *help;
} option_spec;

typedef struct command {
    const char *name;
    const char *arguments; /* "JOB.sql" */
    const char *help;      /* one line */
    const option_spec *options;
    size_t option_count;
    int (*run)(int argc, char **argv); /* arguments after the command's name */
} command;

extern const command command_run;
extern const command command_sql;
extern const command command_checkpoint;
extern const command command_state;
extern const command command_bench;
extern const command command_help;
extern const command command_version;

/* All of them, in the order of the help. */
extern const command *const commands[];
extern const size_t command_count;
const command *find_command(const char *name); /* NULL: none */
void print_usage(const command *cmd);

/* Walks over arguments. Usage:
 *     while (next_argument(&args, &name, &value)) ...
 * `name` is an option's name, or NULL for a plain argument, which is then in `value`. Both
 * "--conf k=v" and "--conf=k=v" are understood; after "--" all are plain. An option that the
 * command does not have, or one without its value, is told and sets `failed`. */
typedef struct argument_list {
    const command *cmd;
    int argc;
    char **argv;
    int index;
    bool only_plain;
    bool failed;
} argument_list;

bool next_argument(argument_list *args, const char **name, const char **value);

/* --conf k=v: kept until the session exists. */
enum { MAX_CONFS = 256 };
typedef struct conf_list {
    const char *texts[MAX_CONFS];
    size_t count;
} conf_list;
bool add_conf(conf_list *confs, const char *text); /* tells what is wrong */
bool apply_confs(const conf_list *confs, fb_session *session);

bool parse_format(const char *text, fb_result_format *out); /* tells what is wrong */

/* "error: ..." or the message itself when it shows a place in a file. Returns EXIT_FAILED. */
int tell_error(const fb_error *err);
int tell_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The whole content of a file ("-": standard input), to be freed; NULL with a message. Scripts
 * above 64 MiB are refused. */
char *read_script(const char *path, size_t *size_bytes);
/* What errors call it. */
const char *script_name(const char *path);

#endif
