/* SPDX-License-Identifier: Apache-2.0 */
#include "env/random.h"

#include "base/assert.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void host_fill(fb_random *self, void *bytes, size_t size_bytes)
{
    (void)self;
    char *next = bytes;
    while (size_bytes) {
        ssize_t got = getrandom(next, size_bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        FB_ASSERT(got > 0); /* part of every kernel since 3.17; has no other failure */
        next += got;
        size_bytes -= (size_t)got;
    }
}

fb_random *fb_random_host(void)
{
    static fb_random host = {host_fill};
    return &host;
}

uint64_t fb_random_seeded_next(fb_random_seeded *random)
{
    random->state += 0x9e3779b97f4a7c15u;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void seeded_fill(fb_random *self, void *bytes, size_t size_bytes)
{
    char *next = bytes;
    while (size_bytes) {
        uint64_t word = fb_random_seeded_next((fb_random_seeded *)self);
        size_t step = size_bytes < sizeof word ? size_bytes : sizeof word;
        memcpy(next, &word, step);
        next += step;
        size_bytes -= step;
    }
}

void fb_random_seeded_init(fb_random_seeded *random, uint64_t seed)
{
    *random = (fb_random_seeded){.base = {seeded_fill}, .state = seed};
}

void fb_random_uuid(fb_random *random, char text[FB_UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];
    random->fill(random, bytes, sizeof bytes);
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f)); /* version 4: random */
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f)); /* variant of RFC 9562 */
    char *out = text;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}
