/* SPDX-License-Identifier: Apache-2.0
 *
 * A checkpoint as a whole: its logs (checkpoint/log_check.h), then the files of every operator,
 * store and partition (state/store_check.h). */
#include "base/parse.h"
#include "checkpoint/log_check.h"
#include "checkpoint/pinned_conf.h"
#include "data/column_hash.h"
#include "files/location.h"
#include "formats/json_writer.h"
#include "session/session_state.h"
#include "session/state_view.h"
#include "state/store_check.h"

#include <forebay/checkpoint.h>

#include <inttypes.h>

typedef struct verify {
    fb_session *session;
    fb_result_format format;
    fb_state_view view;
    fb_findings findings;
    fb_log_check logs;
    fb_state_format state_format;
    int64_t *versions; /* of state that have to be there */
    uint32_t version_count;
    const char *offsets;
    fb_state_store_totals totals;
    uint32_t operator_count;
    uint64_t damage_count, remark_count;
    bool has_state;
    bool is_partial; /* some state could not be looked at */
    bool output_failed;
} verify;

/* --- what is printed --- */

static void print(verify *v, fb_buf *text)
{
    fb_buf_add_char(text, '\n');
    if (text->failed || !fb_session_print(v->session, fb_buf_text(text), text->size))
        v->output_failed = true;
    fb_buf_deinit(text);
}

static void add_finding(void *user, const fb_error *finding)
{
    verify *v = user;
    bool is_damage = finding->status != FB_OK;
    const char *severity = is_damage ? "damage" : "remark";
    fb_buf text;
    ++*(is_damage ? &v->damage_count : &v->remark_count);
    fb_buf_init(&text, 0);
    if (v->format == FB_RESULT_JSONL) {
        fb_json_writer json = fb_json_writer_make(&text);
        fb_json_begin_object(&json);
        fb_json_key(&json, "severity");
        fb_json_string(&json, fb_slice_of(severity));
        fb_json_key(&json, "finding");
        fb_json_string(&json, fb_slice_of(finding->message));
        fb_json_end_object(&json);
    } else {
        fb_buf_printf(&text, "%s: %s", severity, finding->message);
    }
    print(v, &text);
}

static const char *result_of(const verify *v)
{
    if (v->damage_count) return "damaged";
    return v->is_partial ? "whole as far as it can be read" : "whole";
}

static void print_json_summary(verify *v, fb_buf *text)
{
    fb_json_writer json = fb_json_writer_make(text);
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {
        {"damages", v->damage_count},         {"remarks", v->remark_count},
        {"batches", v->logs.committed_count}, {"operators", v->operator_count},
        {"logFiles", v->logs.file_count},     {"stateFiles", v->totals.file_count},
        {"stateBytes", v->totals.size_bytes}, {"rows", v->totals.row_count},
    };
    fb_json_begin_object(&json);
    fb_json_key(&json, "checkpoint");
    fb_json_string(&json, fb_slice_of(v->view.root));
    fb_json_key(&json, "result");
    fb_json_string(&json, fb_slice_of(result_of(v)));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        fb_json_key(&json, members[i].name);
        fb_json_int(&json, (int64_t)members[i].value);
    }
    fb_json_end_object(&json);
}

static void add_count(fb_buf *text, const char *before, uint64_t count, const char *what)
{
    fb_buf_printf(text, "%s%" PRIu64 " %s", before, count, what);
    bool is_hissing = what[strlen(what) - 1] == 'h';
    if (count != 1) fb_buf_add_text(text, is_hissing ? "es" : "s");
}

static void print_summary(verify *v)
{
    fb_buf text;
    fb_buf_init(&text, 0);
    if (v->format == FB_RESULT_JSONL) {
        print_json_summary(v, &text);
    } else {
        fb_buf_printf(&text, "%s: %s", v->view.root, result_of(v));
        if (v->damage_count) add_count(&text, ", ", v->damage_count, "finding");
        add_count(&text, "; ", v->logs.committed_count, "committed batch");
        add_count(&text, ", ", v->logs.file_count, "log file");
        if (!v->operator_count) {
            fb_buf_add_text(&text, v->has_state ? ", state not looked at" : ", no state");
        } else {
            add_count(&text, ", ", v->operator_count, "stateful operator");
            add_count(&text, ", ", v->totals.file_count, "state file");
            add_count(&text, " of ", v->totals.size_bytes, "byte");
            add_count(&text, ", ", v->totals.row_count, "row");
        }
    }
    print(v, &text);
}

/* --- state --- */

/* The columns of the key that Spark hashes to find the partition. */
static void find_placing(const fb_operator_metadata *operator_, const fb_operator_store *store,
                         fb_state_store_check *check)
{
    static const char *const by_whole_key[] = {"stateStoreSave",         "dedupe",
                                               "dedupeWithinWatermark",  "flatMapGroupsWithState",
                                               "applyInPandasWithState", "symmetricHashJoin"};
    fb_slice name = operator_->operator_name;
    uint32_t columns = check->key->field_count;
    bool known = false;
    for (size_t i = 0; i < sizeof by_whole_key / sizeof by_whole_key[0]; i++)
        known = known || fb_slice_is(name, by_whole_key[i]);
    if (fb_slice_is(name, "sessionWindowStateStoreSaveExec")) {
        columns = (uint32_t)store->prefix_column_count;
        known = columns < check->key->field_count;
    } else if (fb_slice_is(name, "globalLimit")) {
        columns = 0;
        known = true;
    } else if (fb_slice_is(store->name, "left-keyWithIndexToValue") ||
               fb_slice_is(store->name, "right-keyWithIndexToValue")) {
        columns -= columns > 0; /* the last is the index */
    }
    check->placing = !known         ? FB_STATE_PLACED_ANYWHERE
                     : columns == 0 ? FB_STATE_PLACED_FIRST
                                    : FB_STATE_PLACED_BY_HASH;
    check->hash_columns = columns;
    for (uint32_t i = 0; i < columns && known; i++)
        if (!fb_type_is_hashable(check->key->fields[i].type))
            check->placing = FB_STATE_PLACED_ANYWHERE;
}

/* Types of a store's rows, if its file can be read: without them rows are not looked into. */
static fb_status find_schema(verify *v, int64_t operator_id, const char *store,
                             fb_state_store_check *check, fb_error *err)
{
    const char *path = NULL;
    fb_state_schema schema;
    fb_error caught;
    fb_status status = fb_state_view_schema(&v->view, operator_id, store, &path, &schema, &caught);
    if (status == FB_OK) {
        check->key = schema.families[0].key;
        check->value = schema.families[0].value;
        v->logs.file_count++;
        return FB_OK;
    }
    if (status != FB_E_NOT_FOUND) return fb_findings_take(&v->findings, &caught, err);
    fb_findings_remark(&v->findings, "%s is missing: the rows of this store are not looked into",
                       path);
    return FB_OK;
}

static void tell_missing(const verify *v, const fb_state_partitions *partitions, uint32_t first,
                         uint32_t to)
{
    if (to == first + 1)
        fb_findings_damage(&v->findings, "%s/%u is missing: there should be %u partitions",
                           partitions->directory, first, partitions->expected);
    else
        fb_findings_damage(&v->findings, "%s: partitions %u to %u are missing: there should be %u",
                           partitions->directory, first, to - 1, partitions->expected);
}

static fb_status check_partitions(verify *v, int64_t operator_id, const char *store,
                                  const fb_state_partitions *partitions,
                                  fb_state_store_check *check, fb_error *err)
{
    char directory[FB_PATH_MAX_BYTES + 1];
    check->partition_count = partitions->expected;
    for (uint32_t i = 0; i < partitions->count; i++) {
        check->partition = partitions->ids[i];
        FB_TRY(
            fb_state_directory(directory, v->view.root, operator_id, check->partition, store, err));
        check->directory = directory;
        FB_TRY(fb_state_store_check_files(check, &v->totals, err));
    }
    uint32_t first, to = 0;
    while (check->version_count && fb_state_partitions_gap(partitions, to, &first, &to))
        tell_missing(v, partitions, first, to);
    if (partitions->extra_count)
        fb_findings_remark(
            &v->findings, "%s: %u director%s beyond the %u partition%s of the query: not looked at",
            partitions->directory, partitions->extra_count,
            partitions->extra_count == 1 ? "y" : "ies", partitions->expected,
            partitions->expected == 1 ? "" : "s");
    return FB_OK;
}

static fb_status check_store(verify *v, const fb_operator_metadata *operator_,
                             const fb_operator_store *store, fb_error *err)
{
    const char *name = fb_arena_strdup(v->view.arena, store->name);
    if (!name) return fb_fail_nomem(err, "a checkpoint");
    fb_state_store_check check = {
        .fs = v->view.fs,
        .format = v->state_format,
        .versions = v->versions,
        .version_count = v->version_count,
        .offsets = v->offsets,
        .findings = &v->findings,
    };
    int64_t id = operator_->operator_id;
    fb_state_partitions partitions;
    FB_TRY(find_schema(v, id, name, &check, err));
    bool is_guessed = operator_->operator_name.size == 0;
    FB_TRY(fb_state_view_partitions(&v->view, &v->logs.newest, id, is_guessed ? NULL : operator_,
                                    check.key, &partitions, err));
    if (check.key) find_placing(operator_, store, &check);
    fb_slice strict = fb_pinned_conf_value(
        &v->logs.newest, "spark.sql.streaming.statefulOperator.useStrictDistribution");
    /* Old Spark may have kept the partitions of the rows that came in. */
    if (!fb_slice_equal_nocase(strict, FB_SLICE("true"))) check.placing = FB_STATE_PLACED_ANYWHERE;
    return check_partitions(v, id, name, &partitions, &check, err);
}

/* Checkpoints from before Spark 3.5 have no metadata: then there is one store, or four of a join.
 */
static fb_status guess_stores(verify *v, int64_t id, fb_operator_metadata *out, fb_error *err)
{
    static const char *const names[] = {FB_STATE_DEFAULT_STORE, "left-keyToNumValues",
                                        "left-keyWithIndexToValue", "right-keyToNumValues",
                                        "right-keyWithIndexToValue"};
    enum { COUNT = sizeof names / sizeof names[0] };
    fb_operator_store *stores = fb_arena_array(v->view.arena, COUNT, sizeof *stores);
    if (!stores) return fb_fail_nomem(err, "a checkpoint");
    *out = (fb_operator_metadata){.operator_id = id, .stores = stores};
    for (uint32_t i = 0; i < COUNT; i++) {
        char directory[FB_PATH_MAX_BYTES + 1], path[FB_PATH_MAX_BYTES + 1];
        fb_file_info info;
        bool found;
        FB_TRY(fb_state_directory(directory, v->view.root, id, 0, names[i], err));
        FB_TRY(fb_path_join(path, directory, "_metadata/schema", err));
        FB_TRY(fb_filesystem_stat(v->view.fs, path, &found, &info, err));
        if (!found && (i || out->store_count)) continue;
        /* Without any schema file it is the default store. */
        stores[out->store_count++] =
            (fb_operator_store){.name = fb_slice_of(names[i]), .partition_count = 1};
        if (!found) break;
    }
    return FB_OK;
}

/* Settings whose absence means another thing than what a query of today writes. */
static void tell_unpinned(const verify *v, const fb_operator_metadata *operator_)
{
    static const struct {
        const char *operator_name; /* NULL: any */
        const char *key, *meaning;
    } settings[] = {
        {NULL, "spark.sql.shuffle.partitions",
         "Spark cannot run its batch again if that is not committed"},
        {"stateStoreSave", "spark.sql.streaming.aggregation.stateFormatVersion",
         "a restart takes the state for format 1"},
        {"symmetricHashJoin", "spark.sql.streaming.join.stateFormatVersion",
         "a restart takes the state for format 1"},
    };
    const fb_offset_entry *entry = &v->logs.newest;
    int64_t id = v->logs.planned[v->logs.planned_count - 1];
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const char *name = settings[i].operator_name;
        bool is_pinned = name && !fb_slice_is(operator_->operator_name, name);
        for (uint32_t c = 0; c < entry->conf_count; c++)
            is_pinned = is_pinned || fb_slice_is(entry->conf[c].key, settings[i].key);
        if (!is_pinned)
            fb_findings_remark(&v->findings, "%s/%" PRId64 ": operator %" PRId64 ": without %s %s",
                               v->offsets, id, operator_->operator_id, settings[i].key,
                               settings[i].meaning);
    }
}

static fb_status check_operator(verify *v, uint32_t id, fb_error *err)
{
    const char *path = NULL;
    fb_operator_metadata metadata;
    fb_error caught;
    v->operator_count++;
    fb_status status = fb_state_view_operator(&v->view, id, &path, &metadata, &caught);
    if (status == FB_OK) {
        v->logs.file_count++;
        if (metadata.operator_id != id)
            fb_findings_damage(&v->findings, "%s: operator %" PRId64 ", expected %u", path,
                               metadata.operator_id, id);
        metadata.operator_id = id;
    } else if (status == FB_E_NOT_FOUND) {
        fb_findings_remark(&v->findings, "%s is missing: the partitions of keys are not compared",
                           path);
    } else {
        FB_TRY(fb_findings_take(&v->findings, &caught, err));
    }
    if (status != FB_OK) FB_TRY(guess_stores(v, id, &metadata, err));
    tell_unpinned(v, &metadata);
    for (uint32_t i = 0; i < metadata.store_count; i++)
        FB_TRY(check_store(v, &metadata, &metadata.stores[i], err));
    return FB_OK;
}

/* After each committed batch, and where the last batch that was planned starts when it runs again.
 */
static fb_status find_versions(verify *v, fb_error *err)
{
    const fb_log_check *logs = &v->logs;
    v->offsets = fb_arena_printf(v->view.arena, "%s/offsets", v->view.root);
    v->versions =
        fb_arena_array(v->view.arena, (size_t)logs->committed_count + 1, sizeof *v->versions);
    if (!v->versions || !v->offsets) return fb_fail_nomem(err, "a checkpoint");
    for (uint32_t i = 0; i < logs->committed_count; i++)
        v->versions[i] = logs->committed[i] + (logs->committed[i] < INT64_MAX);
    v->version_count = logs->committed_count;
    int64_t last = logs->planned_count ? logs->planned[logs->planned_count - 1] : 0;
    int64_t newest = v->version_count ? v->versions[v->version_count - 1] : 0;
    if (last > newest) v->versions[v->version_count++] = last;
    return FB_OK;
}

static fb_status check_state(verify *v, fb_error *err)
{
    char state[FB_PATH_MAX_BYTES + 1];
    uint32_t *operators, count;
    fb_error caught;
    FB_TRY(fb_path_join(state, v->view.root, "state", err));
    FB_TRY(fb_state_view_numbers(&v->view, state, &operators, &count, err));
    if (!count) return FB_OK;
    v->has_state = true;
    if (!v->logs.has_newest) {
        fb_findings_remark(&v->findings,
                           "%s: not looked at: how it is written stands in the "
                           "newest entry of the offset log",
                           state);
        return FB_OK;
    }
    if (fb_state_view_entry_format(&v->view, &v->logs.newest, &v->state_format, &caught)) {
        if (caught.status != FB_E_UNSUPPORTED) return fb_findings_take(&v->findings, &caught, err);
        v->is_partial = true;
        fb_findings_remark(&v->findings, "%s: not looked at: %s", state, caught.message);
        return FB_OK;
    }
    FB_TRY(find_versions(v, err));
    for (uint32_t i = 0; i < count; i++) {
        if (operators[i] != i && (!i || operators[i - 1] == i - 1))
            fb_findings_damage(&v->findings, "%s/%u is missing: operators are counted from 0",
                               state, i);
        FB_TRY(check_operator(v, operators[i], err));
    }
    return FB_OK;
}

static fb_status run(verify *v, const char *location, fb_error *err)
{
    const char *root;
    fb_arena *arena = v->view.arena;
    FB_TRY(fb_location_resolve(arena, fb_slice_of(location), &root, err));
    v->view.fs = v->session->local;
    v->view.root = root;
    FB_TRY(fb_checkpoint_check_logs(v->view.fs, root, arena, &v->findings, &v->logs, err));
    FB_TRY(check_state(v, err));
    if (v->totals.later_count)
        fb_findings_remark(&v->findings,
                           "%s/state: %u file(s) of a batch that is not committed; its next run "
                           "replaces them",
                           root, v->totals.later_count);
    print_summary(v);
    if (v->output_failed) return fb_fail(err, FB_E_IO, 0, "the output cannot be written");
    if (v->damage_count)
        return fb_fail(err, FB_E_CORRUPT, 0, "%s is damaged: %" PRIu64 " finding%s", root,
                       v->damage_count, v->damage_count == 1 ? "" : "s");
    if (v->is_partial)
        return fb_fail(err, FB_E_UNSUPPORTED, 0, "%s: its state cannot be looked at", root);
    return FB_OK;
}

fb_status fb_session_verify_checkpoint(fb_session *session, const char *location,
                                       fb_result_format format, fb_error *err)
{
    if (!location) return fb_fail(err, FB_E_INVALID, 0, "a checkpoint's location is missing");
    if (format == FB_RESULT_CSV)
        return fb_fail(err, FB_E_INVALID, 0, "findings are printed as text or jsonl, not as csv");
    fb_arena arena;
    fb_arena_init(&arena, 0);
    verify v = {.session = session, .format = format, .view = {.arena = &arena}};
    v.findings = (fb_findings){add_finding, &v};
    fb_status status = run(&v, location, err);
    fb_arena_deinit(&arena);
    return status;
}
