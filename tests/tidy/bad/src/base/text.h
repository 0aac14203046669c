/* SPDX-License-Identifier: Apache-2.0 */
static inline int fits(void)
{
    return 1;
}
