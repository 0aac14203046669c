/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_command(const command *cmd, FILE *out)
{
    fprintf(out, "usage: forebay %s%s%s%s\n\n  %s\n", cmd->name,
            cmd->option_count ? " [OPTIONS]" : "", cmd->arguments[0] ? " " : "", cmd->arguments,
            cmd->help);
    if (cmd->option_count) fputc('\n', out);
    for (size_t i = 0; i < cmd->option_count; i++) {
        char left[40];
        const option_spec *option = &cmd->options[i];
        (void)snprintf(left, sizeof left, "%s%s%s", option->name, option->value ? " " : "",
                       option->value ? option->value : "");
        fprintf(out, "  %-18s %s\n", left, option->help);
    }
}

static void print_all(FILE *out)
{
    fputs("Forebay runs streaming queries that go on where they were, whatever stopped them.\n\n"
          "usage: forebay COMMAND ...\n\n",
          out);
    for (size_t i = 0; i < command_count; i++) {
        char left[40];
        (void)snprintf(left, sizeof left, "%s %s", commands[i]->name, commands[i]->arguments);
        fprintf(out, "  %-27s %s\n", left, commands[i]->help);
    }
    fputs(
        "\n'forebay help COMMAND' tells its options; 'forebay help sources', 'sinks', 'settings'\n"
        "and 'functions' what a job may use, 'forebay help source rate' one of them.\n",
        out);
}

void print_usage(const command *cmd)
{
    if (cmd)
        print_command(cmd, stderr);
    else
        print_all(stderr);
}

static int run_help(int argc, char **argv)
{
    if (argc == 0) {
        print_all(stdout);
        return EXIT_DONE;
    }
    const command *cmd = argc == 1 ? find_command(argv[0]) : NULL;
    if (cmd) {
        print_command(cmd, stdout);
        return EXIT_DONE;
    }
    char topic[200];
    int length = snprintf(topic, sizeof topic, "%s%s%s", argv[0], argc > 1 ? " " : "",
                          argc > 1 ? argv[1] : "");
    if (argc > 2 || length < 0 || (size_t)length >= sizeof topic)
        return tell_usage_error("'forebay help' takes a command or a topic");
    char *text;
    fb_error err;
    if (fb_help(topic, &text, &err) != FB_OK) {
        tell_error(&err);
        return EXIT_USAGE;
    }
    fputs(text, stdout);
    fb_text_free(text);
    return EXIT_DONE;
}

const command command_help = {
    .name = "help",
    .arguments = "[TOPIC]",
    .help = "commands, sources, sinks, settings, functions",
    .run = run_help,
};
