/* SPDX-License-Identifier: Apache-2.0
 *
 * Types as Spark writes them into JSON: "long", "decimal(10,2)",
 * {"type":"struct","fields":[{"name":"k","type":"integer","nullable":true,"metadata":{}}]},
 * {"type":"array","elementType":...,"containsNull":true},
 * {"type":"map","keyType":...,"valueType":...,"valueContainsNull":true}. Any thread. */
#ifndef FB_FORMATS_TYPE_JSON_H
#define FB_FORMATS_TYPE_JSON_H

#include "data/type.h"
#include "formats/json_writer.h"

/* Types nested deeper are refused. */
enum { FB_TYPE_JSON_MAX_DEPTH = 64 };

/* A type with its nullability, names and metadata, into `arena`. `name` is the place for errors:
 * FB_E_CORRUPT for what is no type, FB_E_UNSUPPORTED for types of Spark's that are not here. */
fb_status fb_type_json_parse(const char *name, fb_slice text, fb_arena *arena, const fb_type **out,
                             fb_error *err) FB_CHECKED;
/* The same for a STRUCT. */
fb_status fb_type_json_parse_struct(const char *name, fb_slice text, fb_arena *arena,
                                    const fb_type **out, fb_error *err) FB_CHECKED;

/* Byte for byte as Spark; running out of memory shows in the writer's buffer. */
void fb_type_json_write(const fb_type *type, fb_json_writer *json);

#endif
