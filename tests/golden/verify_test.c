/* SPDX-License-Identifier: Apache-2.0
 *
 * `forebay checkpoint` on checkpoints that Spark wrote: whole ones have no finding, and each kind
 * of damage is found. The recorded states come without logs: this writes them.
 *
 *     verify_test DIRECTORY_OF_STATES DIRECTORY_OF_CHECKPOINTS */
#include "session_env.h"

#include "base/memory.h"
#include "state/state_file.h"

#include <forebay/checkpoint.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *states, *checkpoints;
static session_env env;
static char work[] = "/tmp/forebay-verify-XXXXXX";

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[9000];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(work, sizeof work, "/tmp/forebay-verify-XXXXXX");
    if (!mkdtemp(work)) return -1;
    return session_env_init(&env);
}

static int tear_down(void **state)
{
    (void)state;
    session_env_deinit(&env);
    run("rm -rf '%s'", work);
    return 0;
}

/* The newest batch of a recorded state, by its first partition. */
static int newest_batch(const char *name)
{
    char path[4096];
    int newest = -1;
    (void)snprintf(path, sizeof path, "%s/%s/state/0/0", states, name);
    DIR *files = opendir(path);
    assert_non_null(files);
    for (struct dirent *entry; (entry = readdir(files));) {
        fb_state_file_kind kind;
        int64_t version;
        if (fb_state_file_parse_name(entry->d_name, &kind, &version) && version - 1 > newest)
            newest = (int)version - 1;
    }
    (void)closedir(files);
    if (newest >= 0) return newest;
    (void)snprintf(path, sizeof path, "%s/%s/state/0/0/left-keyToNumValues/10.delta", states, name);
    assert_int_equal(access(path, R_OK), 0);
    return 9;
}

static void write_logs(const char *name, int oldest, int newest)
{
    const char *codec = strstr(name, "zstd") ? "zstd" : strstr(name, "snappy") ? "snappy" : "lz4";
    run("mkdir -p '%s/ck/offsets' '%s/ck/commits'", work, work);
    run("printf '{\"id\":\"ea202f40-0c84-48ce-b6bc-aee95acc17b1\"}' > '%s/ck/metadata'", work);
    for (int id = oldest; id <= newest; id++) {
        run("printf 'v1\\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":0,\"conf\":{"
            "\"spark.sql.shuffle.partitions\":\"2\","
            "\"spark.sql.streaming.aggregation.stateFormatVersion\":\"2\","
            "\"spark.sql.streaming.join.stateFormatVersion\":\"2\","
            "\"spark.sql.streaming.stateStore.providerClass\":"
            "\"org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider\","
            "\"spark.sql.streaming.statefulOperator.useStrictDistribution\":\"true\","
            "\"spark.sql.streaming.stateStore.rowChecksum.enabled\":\"%s\","
            "\"spark.sql.streaming.stateStore.compression.codec\":\"%s\"}}\\n%d' "
            "> '%s/ck/offsets/%d'",
            strstr(name, "rowchecksum") ? "true" : "false", codec, id, work, id);
        run("printf 'v1\\n{\"nextBatchWatermarkMs\":0}' > '%s/ck/commits/%d'", work, id);
    }
}

/* A checkpoint at `work`/ck with the recorded state. */
static void make(const char *name)
{
    run("rm -rf '%s/ck'; mkdir '%s/ck'; cp -r '%s/%s/state' '%s/ck'", work, work, states, name,
        work);
    int newest = newest_batch(name);
    write_logs(name, strncmp(name, "m1_", 3) == 0 ? 24 : 0, newest);
}

static fb_status verify(void)
{
    char path[100];
    (void)snprintf(path, sizeof path, "%s/ck", work);
    fb_buf_clear(&env.output);
    return fb_session_verify_checkpoint(env.session, path, FB_RESULT_TABLE, &env.err);
}

static void whole_states_of_spark_have_no_finding(void **state)
{
    (void)state;
    int count = 0;
    DIR *cases = opendir(states);
    assert_non_null(cases);
    for (struct dirent *entry; (entry = readdir(cases));) {
        if (strchr(entry->d_name, '.')) continue;
        make(entry->d_name);
        fb_status status = verify();
        if (status != FB_OK) fail_msg("%s: %s", entry->d_name, fb_buf_text(&env.output));
        assert_contains(fb_buf_text(&env.output), "/ck: whole; ");
        assert_null(strstr(fb_buf_text(&env.output), "remark"));
        count++;
    }
    (void)closedir(cases);
    assert_true(count > 10);
}

static void whole_checkpoints_of_spark_have_no_finding(void **state)
{
    (void)state;
    int count = 0;
    DIR *cases = opendir(checkpoints);
    assert_non_null(cases);
    for (struct dirent *entry; (entry = readdir(cases));) {
        if (strchr(entry->d_name, '.')) continue;
        run("rm -rf '%s/ck'; cp -r '%s/%s' '%s/ck'", work, checkpoints, entry->d_name, work);
        fb_status status = verify();
        if (status != FB_OK) fail_msg("%s: %s", entry->d_name, fb_buf_text(&env.output));
        count++;
    }
    (void)closedir(cases);
    assert_true(count > 1);
}

/* After `command` in the checkpoint's folder, a finding with this text. */
static void expect(const char *name, const char *command, const char *text)
{
    make(name);
    run("cd '%s/ck' && %s", work, command);
    assert_status(verify(), FB_E_CORRUPT);
    assert_contains(fb_buf_text(&env.output), "damage: ");
    assert_contains(fb_buf_text(&env.output), text);
}

static void damage_is_found(void **state)
{
    (void)state;
    const char *name = "d1_tumbling_append";
    expect(name, "truncate -s -1 state/0/0/12.delta", "/ck/state/0/0/12.delta: offset ");
    expect(name, "rm state/0/1/12.delta", "/ck/state/0/1: version 12 cannot be rebuilt: ");
    expect(name, "rm -r state/0/1", "/ck/state/0/1 is missing: there should be 2 partitions");
    expect(name,
           "mv state/0/0 x; mv state/0/1 state/0/0; mv x state/0/1; "
           "mv state/0/1/_metadata state/0/0",
           "the key belongs into partition 1 of 2 by its hash");
    expect(name, "sed -i 's/\"2\"/\"6\"/' offsets/11; mkdir state/0/4; cp state/0/1/* state/0/4",
           "/ck/state/0: partitions 2 to 3 are missing: there should be 6");
    expect(name, "printf x > state/0/0/notes.snapshot",
           "/ck/state/0/0/notes.snapshot: the name is no version");
    expect(name, "printf x > state/0/1/007.snapshot",
           "/ck/state/0/1/007.snapshot: the name is no version");
    /* Batch 11 runs again, from version 11. */
    expect(name, "rm commits/* state/0/0/11.*", "/ck/state/0/0: version 11 cannot be rebuilt: ");
    expect(name, "printf x >> state/0/0/_metadata/schema", "/ck/state/0/0/_metadata/schema: ");
    expect(name, "printf 'v1\\n{}' > state/0/_metadata/metadata",
           "/ck/state/0/_metadata/metadata: ");
    expect(name, "printf 'v1\\n{\"batchWatermarkMs\":' > offsets/11", "/ck/offsets/11: ");
    expect("m1_many_batches_hdfs", "rm state/0/0/*.snapshot",
           "/ck/state/0/0: versions 25 to 28 cannot be rebuilt: ");
    expect("p1_global_update", "cp -r state/0/0 state/0/1; rm -r state/0/0",
           "/ck/state/0/0 is missing");
    expect("i1_inner_join",
           "cd state/0; mv 0/left-keyWithIndexToValue x; mv 1/left-keyWithIndexToValue 0; "
           "mv x 1/left-keyWithIndexToValue; mv 1/left-keyWithIndexToValue/_metadata "
           "0/left-keyWithIndexToValue",
           "/0/left-keyWithIndexToValue/");
    expect("f1_session_append", "cd state/0; mv 0 x; mv 1 0; mv x 1; mv 1/_metadata 0",
           "by its hash");
}

static void what_harms_no_restart_is_a_remark(void **state)
{
    (void)state;
    make("d1_tumbling_append");
    run("cd '%s/ck' && printf torn > state/0/0/13.delta && rm -r state/0/_metadata "
        "state/0/0/_metadata",
        work);
    assert_ok(verify(), &env.err);
    assert_contains(fb_buf_text(&env.output), "remark: ");
    assert_contains(
        fb_buf_text(&env.output),
        "/state: 1 file(s) of a batch that is not committed; its next run replaces them");
    assert_contains(fb_buf_text(&env.output), "/_metadata/schema is missing");
    assert_contains(fb_buf_text(&env.output), "/ck: whole; ");
}

/* Nothing says how many partitions such an operator has but its rows. */
static void what_has_no_keys_has_one_partition(void **state)
{
    (void)state;
    static const char *const names[] = {"p1_global_update", "r1_limit"};
    for (int i = 0; i < 2; i++) {
        make(names[i]);
        run("cd '%s/ck' && rm -r state/0/_metadata && sed -i 's/Distribution\":\"true/X\":\"true/' "
            "offsets/*",
            work);
        assert_ok(verify(), &env.err);
        run("cd '%s/ck' && rm -r state/0/0/_metadata", work);
        assert_ok(verify(), &env.err);
        make(names[i]);
        run("cp -r '%s/ck/state/0/0' '%s/ck/state/0/7'", work, work);
        assert_ok(verify(), &env.err);
        assert_contains(fb_buf_text(&env.output), "remark: ");
        assert_contains(fb_buf_text(&env.output),
                        "/ck/state/0: 1 directory beyond the 1 partition of the query");
    }
}

static void settings_that_a_restart_will_miss_are_told(void **state)
{
    (void)state;
    make("d1_tumbling_append");
    run("cd '%s/ck' && sed -i 's/aggregation/gone/;s/shuffle/gone/;s/sql.streaming.join/gone/' "
        "offsets/11",
        work);
    assert_ok(verify(), &env.err);
    const char *text = fb_buf_text(&env.output);
    assert_contains(text,
                    "/ck/offsets/11: operator 0: without spark.sql.shuffle.partitions Spark ");
    assert_contains(text, "/ck/offsets/11: operator 0: without "
                          "spark.sql.streaming.aggregation.stateFormatVersion a restart ");
    assert_null(strstr(text, "join"));
}

static void state_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    make("d1_tumbling_append");
    run("cd '%s/ck' && sed -i 's/\"lz4\"/\"lzf\"/' offsets/*", work);
    assert_status(verify(), FB_E_UNSUPPORTED);
    assert_contains(fb_buf_text(&env.output), "state compressed with lzf cannot be read");
    assert_contains(fb_buf_text(&env.output), "/ck: whole as far as it can be read; ");
}

static fb_status describe(fb_result_format format)
{
    char path[100];
    (void)snprintf(path, sizeof path, "%s/ck", work);
    fb_buf_clear(&env.output);
    return fb_session_describe_checkpoint(env.session, path, format, &env.err);
}

/* Neither call takes want of memory for damage. */
static void want_of_memory_is_told_as_such(void **state)
{
    (void)state;
    make("d1_tumbling_append");
    for (int call = 0; call < 2; call++) {
        uint64_t before = fb_memory_allocations();
        assert_ok(call ? describe(FB_RESULT_JSONL) : verify(), &env.err);
        uint64_t count = fb_memory_allocations() - before, failures = 0;
        for (uint64_t k = 1; k <= count; k++) {
            fb_memory_fail_at(k);
            fb_status status = call ? describe(FB_RESULT_JSONL) : verify();
            fb_memory_fail_at(0);
            /* FB_E_IO: the output is memory too. */
            if (status != FB_OK && status != FB_E_NOMEM && status != FB_E_IO)
                fail_msg("allocation %d: %s", (int)k, env.err.message);
            failures += status != FB_OK;
        }
        /* The output keeps its room, so that the last ones are not asked for again. */
        assert_true(count > 10 && failures * 2 > count);
    }
}

static void info_tells_batches_stores_and_health(void **state)
{
    (void)state;
    make("m1_many_batches_hdfs");
    assert_ok(describe(FB_RESULT_TABLE), &env.err);
    const char *text = fb_buf_text(&env.output);
    assert_contains(text, "query       ea202f40-0c84-48ce-b6bc-aee95acc17b1\n");
    assert_contains(text, "batches     24 to 27 planned, 24 to 27 committed\n");
    assert_contains(text, "watermark   none\n");
    assert_contains(text, "written by  spark\n");
    assert_contains(text, "sources     0 at 27\n");
    assert_contains(text, "state       HDFSBackedStateStoreProvider, lz4\n");
    assert_contains(text, "operators   0 stateStoreSave, store default: 2 partitions, batches 24 "
                          "to 27 (2 snapshots, 8 deltas), ");
    assert_contains(text, "spark.sql.shuffle.partitions=2\n");
    assert_contains(text, "health      all needed files are there; the next batch is 28\n");
    assert_ok(describe(FB_RESULT_JSONL), &env.err);
    text = fb_buf_text(&env.output);
    assert_contains(text, "\"committed\":{\"oldest\":24,\"newest\":27}");
    assert_contains(text, "\"store\":\"default\",\"partitions\":2,\"batches\":{\"oldest\":24,"
                          "\"newest\":27},\"snapshots\":2,\"deltas\":8");
    assert_contains(text, "\"health\":\"all needed files are there; the next batch is 28\"}\n");
}

static void expect_health(const char *command, const char *text)
{
    make("d1_tumbling_append");
    run("cd '%s/ck' && %s", work, command);
    assert_ok(describe(FB_RESULT_TABLE), &env.err);
    assert_contains(strstr(fb_buf_text(&env.output), "\nhealth "), text);
}

static void info_names_what_the_next_start_will_miss(void **state)
{
    (void)state;
    make("d1_tumbling_append");
    run("rm '%s/ck/commits/11'", work);
    assert_ok(describe(FB_RESULT_TABLE), &env.err);
    assert_contains(fb_buf_text(&env.output), "batch 11 is not committed and runs again\n");
    run("rm '%s'/ck/state/0/1/11.*", work);
    assert_ok(describe(FB_RESULT_TABLE), &env.err);
    assert_contains(fb_buf_text(&env.output), "/ck/state/0/1/11.delta does not exist");
    expect_health("rm -r state/0/0", "/ck/state/0/0 is missing: there should be 2 partitions\n");
    expect_health("rm -r state/0/1", "/ck/state/0/1 is missing: there should be 2 partitions\n");
    expect_health("rm offsets/10", "/ck/offsets/10 is missing: a restart needs the last two\n");
    expect_health("mv state/0 state/1", "/ck/state/1/_metadata/metadata: operator 0, expected 1\n");
    expect_health("printf x > state/0/0/_metadata/schema",
                  "/ck/state/0/0/_metadata/schema: offset");
    expect_health("rm commits/* state/0/0/11.*",
                  "11.delta does not exist; version 11 of the state");
    expect_health("cp -r state/0/1 state/0/2; rm state/0/2/12.*", "the next batch is 12\n");
    make("d1_tumbling_append");
    run("rm -r '%s/ck/commits' '%s/ck/offsets'", work, work);
    assert_status(describe(FB_RESULT_TABLE), FB_E_NOT_FOUND);
    assert_status(verify(), FB_E_NOT_FOUND);
    assert_status(describe(FB_RESULT_CSV), FB_E_INVALID);
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        in_session(whole_states_of_spark_have_no_finding),
        in_session(whole_checkpoints_of_spark_have_no_finding),
        in_session(damage_is_found),
        in_session(what_harms_no_restart_is_a_remark),
        in_session(what_has_no_keys_has_one_partition),
        in_session(settings_that_a_restart_will_miss_are_told),
        in_session(state_that_cannot_be_read_is_told),
        in_session(want_of_memory_is_told_as_such),
        in_session(info_tells_batches_stores_and_health),
        in_session(info_names_what_the_next_start_will_miss),
    };
    if (argc != 3) return 2;
    states = argv[1];
    checkpoints = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
