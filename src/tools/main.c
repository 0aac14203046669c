/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const command *const commands[] = {
    &command_run,   &command_sql,  &command_checkpoint, &command_state,
    &command_bench, &command_help, &command_version,
};
const size_t command_count = sizeof commands / sizeof commands[0];

const command *find_command(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int run_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 0) return tell_usage_error("'forebay version' takes no arguments");
    printf("forebay %s\n", fb_version());
    return EXIT_DONE;
}

const command command_version = {
    .name = "version",
    .arguments = "",
    .help = "print the version",
    .run = run_version,
};

/* A file that is opened while one of the three is closed would take its number, and what the
 * program says would go into it. The stand-in is open for the other direction: using it fails. */
static bool open_standard_files(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (fcntl(file, F_GETFD) >= 0) continue;
        if (open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) != file) return false;
    }
    return true;
}

static bool is_help(const char *text)
{
    return strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
}

int main(int argc, char **argv)
{
    if (!open_standard_files()) return EXIT_FAILED;
    /* A reader that went away is an error of the write, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_usage(NULL);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (is_help(name)) name = "help";
    if (strcmp(name, "--version") == 0) name = "version";
    const command *cmd = find_command(name);
    if (!cmd) return tell_usage_error("unknown command '%s'; see 'forebay help'", name);
    if (argc == 3 && is_help(argv[2])) return command_help.run(1, argv + 1);
    return cmd->run(argc - 2, argv + 2);
}
