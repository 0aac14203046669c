/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a chain of operators. */
#include "base/memory.h"
#include "exec/operator.h"

typedef struct output {
    fb_operator base;
    fb_chunk_writer write;
    void *user;
    uint32_t split;
} output;

static fb_status output_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    output *o = (output *)self;
    return o->write(o->user, o->split, chunk, err);
}

static void output_close(fb_operator *self)
{
    fb_free(self);
}

static const fb_operator_ops output_ops = {
    .name = "Output",
    .push = output_push,
    .close = output_close,
};

fb_status fb_output_create(fb_chunk_writer write, void *user, uint32_t split, fb_operator **out,
                           fb_error *err)
{
    *out = NULL;
    output *o = fb_alloc_zero(1, sizeof *o);
    if (!o) return fb_fail_nomem(err, "an output");
    o->base = (fb_operator){.ops = &output_ops};
    o->write = write;
    o->user = user;
    o->split = split;
    *out = &o->base;
    return FB_OK;
}
