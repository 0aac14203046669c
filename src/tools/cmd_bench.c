/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay bench`: built-in workloads, measured as a user's job would run: SQL in, progress
 * reports out. Each prints key=value pairs, rows_per_s= (or the figure it is about) first. */
#include "tools/bench.h"
#include "tools/command.h"

#include <stdio.h>
#include <string.h>

static const option_spec bench_options[] = {
    {"--list", NULL, "the workloads and what they answer"},
    {"--seconds", "N", "time per measurement (default 5)"},
    {"--threads", "N", "measure with N threads only (default: 1, then 2, and their ratio)"},
    {"--dir", "DIR", "where checkpoints are written (default: TMPDIR or /tmp)"},
};

static const bench_workload *find_workload(const char *name)
{
    for (size_t i = 0; i < bench_workload_count; i++)
        if (strcmp(bench_workloads[i].name, name) == 0) return &bench_workloads[i];
    return NULL;
}

static void list_workloads(void)
{
    for (size_t i = 0; i < bench_workload_count; i++)
        printf("%-24s %s\n", bench_workloads[i].name, bench_workloads[i].help);
}

static bool parse_number(const char *option, const char *text, int *out)
{
    int number = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9' || number > 9999) {
            number = 0;
            break;
        }
        number = number * 10 + (*c - '0');
    }
    *out = number;
    if (number == 0) tell_usage_error("%s is '%s'; expected a number from 1 on", option, text);
    return number > 0;
}

static int run_bench(int argc, char **argv)
{
    argument_list args = {.cmd = &command_bench, .argc = argc, .argv = argv};
    bench_settings settings = {.seconds = 5};
    const char *name, *value, *workload_name = NULL;
    while (next_argument(&args, &name, &value)) {
        if (!name) {
            workload_name = value;
        } else if (strcmp(name, "--list") == 0) {
            list_workloads();
            return EXIT_DONE;
        } else if (strcmp(name, "--dir") == 0) {
            settings.directory = value;
        } else {
            int *out = strcmp(name, "--threads") == 0 ? &settings.threads : &settings.seconds;
            if (!parse_number(name, value, out)) return EXIT_USAGE;
        }
    }
    if (args.failed) return EXIT_USAGE;
    if (!workload_name)
        return tell_usage_error("a workload is missing; see 'forebay bench --list'");
    const bench_workload *workload = find_workload(workload_name);
    if (!workload)
        return tell_usage_error("unknown workload '%s'; see 'forebay bench --list'", workload_name);
    bench_catch_interrupts();
    return workload->run(&settings) ? EXIT_DONE : EXIT_FAILED;
}

const command command_bench = {
    .name = "bench",
    .arguments = "NAME",
    .help = "measure a built-in workload",
    .options = bench_options,
    .option_count = sizeof bench_options / sizeof bench_options[0],
    .run = run_bench,
};
