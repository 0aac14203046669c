/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tool.h"

static const fb_option_spec toy_options[] = {
    {"described", FB_OPTION_INT, "1", "", "in both pages", 0, 1},
    {.name = "halfDescribed", .help = "in one page; {braces} in text"},
    {"forgotten", FB_OPTION_STRING, "", "", "in none", 0, 0},
};
