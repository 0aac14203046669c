/* SPDX-License-Identifier: Apache-2.0 */
#define PREFIX "spark."
static const fb_option_spec specs[] = {
    {.name = PREFIX "secretSetting", .help = "in none"},
};
