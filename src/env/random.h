/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes as a parameter: the system's, or a seeded sequence for tests. */
#ifndef FB_ENV_RANDOM_H
#define FB_ENV_RANDOM_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct fb_random fb_random;
struct fb_random {
    void (*fill)(fb_random *self, void *bytes, size_t size_bytes);
};

fb_random *fb_random_host(void); /* getrandom(2); any thread */

/* SplitMix64; one thread at a time. */
typedef struct fb_random_seeded {
    fb_random base;
    uint64_t state;
} fb_random_seeded;
void fb_random_seeded_init(fb_random_seeded *random, uint64_t seed);
uint64_t fb_random_seeded_next(fb_random_seeded *random);

enum { FB_UUID_TEXT_SIZE = 37 };
/* A version 4 UUID in lower case, NUL-terminated. */
void fb_random_uuid(fb_random *random, char text[FB_UUID_TEXT_SIZE]);

#endif
