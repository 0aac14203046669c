/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiler's 128-bit integers under names of ours, since ISO C has none. */
#ifndef FB_BASE_INT128_H
#define FB_BASE_INT128_H

__extension__ typedef __int128 fb_int128;
__extension__ typedef unsigned __int128 fb_uint128;

#endif
