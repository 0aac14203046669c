/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const command *const commands[] = {
    &command_run, &command_sql, &command_bench, &command_help, &command_version,
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

int main(int argc, char **argv)
{
    /* A reader that went away is an error of the write, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_usage(NULL);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) name = "help";
    if (strcmp(name, "--version") == 0) name = "version";
    const command *cmd = find_command(name);
    if (!cmd) return tell_usage_error("unknown command '%s'; see 'forebay help'", name);
    return cmd->run(argc - 2, argv + 2);
}
