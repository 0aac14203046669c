/* SPDX-License-Identifier: Apache-2.0
 *
 * What `forebay state` prints of checkpoints that Spark wrote (tests/golden/state), and what it
 * says when it cannot.
 *
 *     state_show_test DIRECTORY_OF_CHECKPOINTS */
#include "session_env.h"

#include <forebay/checkpoint.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *goldens;
static session_env env;

static int set_up(void **state)
{
    (void)state;
    return session_env_init(&env);
}

static int tear_down(void **state)
{
    (void)state;
    session_env_deinit(&env);
    return 0;
}

static const char *checkpoint(const char *name)
{
    static char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", goldens, name);
    return path;
}

static void expect(const char *name, fb_state_options options, const char *output)
{
    fb_buf_clear(&env.output);
    assert_ok(fb_session_show_state(env.session, checkpoint(name), &options, &env.err), &env.err);
    assert_string_equal(fb_buf_text(&env.output), output);
}

static void refuse(const char *name, fb_state_options options, fb_status status,
                   const char *message)
{
    assert_status(fb_session_show_state(env.session, checkpoint(name), &options, &env.err), status);
    assert_contains(env.err.message, message);
}

static void rows_are_those_of_spark_s_reader(void **state)
{
    (void)state;
    expect("d1_tumbling_append", (fb_state_options){.limit = 3},
           "+--------------------------------------------------+-----+------------+\n"
           "|key                                               |value|partition_id|\n"
           "+--------------------------------------------------+-----+------------+\n"
           "|{{2024-01-01 12:30:00, 2024-01-01 12:40:00}, NULL}|{3}  |0           |\n"
           "|{{2024-01-01 12:30:00, 2024-01-01 12:40:00}, a}   |{4}  |0           |\n"
           "|{{2024-01-01 12:40:00, 2024-01-01 12:50:00}, NULL}|{1}  |1           |\n"
           "+--------------------------------------------------+-----+------------+\n"
           "\n");
    expect("i1_inner_join",
           (fb_state_options){.store = "left-keyWithIndexToValue",
                              .one_partition = true,
                              .partition = 0,
                              .limit = 1,
                              .format = FB_RESULT_JSONL},
           "{\"key\":{\"field0\":2,\"index\":0},\"value\":{\"ak\":2,\"at\":"
           "\"2024-01-01T13:19:00.000Z\",\"av\":\"a3-3\",\"matched\":false},\"partition_id\":0}\n");
}

static void an_older_batch_has_its_own_rows(void **state)
{
    (void)state;
    fb_state_options options = {.one_batch = true, .batch_id = 10, .format = FB_RESULT_CSV};
    fb_buf_clear(&env.output);
    assert_ok(
        fb_session_show_state(env.session, checkpoint("d1_tumbling_append"), &options, &env.err),
        &env.err);
    char *before = strdup(fb_buf_text(&env.output));
    options.batch_id = 11;
    fb_buf_clear(&env.output);
    assert_ok(
        fb_session_show_state(env.session, checkpoint("d1_tumbling_append"), &options, &env.err),
        &env.err);
    assert_true(strstr(before, "key,value,partition_id\n") == before);
    assert_string_not_equal(before, fb_buf_text(&env.output));
    free(before);
}

static void stores_are_listed_with_their_operators(void **state)
{
    (void)state;
    assert_ok(
        fb_session_list_state(env.session, checkpoint("i1_inner_join"), FB_RESULT_CSV, &env.err),
        &env.err);
    assert_string_equal(
        fb_buf_text(&env.output),
        "operatorId,operatorName,stateStoreName,numPartitions,minBatchId,maxBatchId\n"
        "0,symmetricHashJoin,left-keyToNumValues,2,8,9\n"
        "0,symmetricHashJoin,left-keyWithIndexToValue,2,8,9\n"
        "0,symmetricHashJoin,right-keyToNumValues,2,8,9\n"
        "0,symmetricHashJoin,right-keyWithIndexToValue,2,8,9\n");
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    refuse("d1_tumbling_append", (fb_state_options){.one_batch = true, .batch_id = 5},
           FB_E_NOT_FOUND, "batch 5 is not committed; committed are 10 to 11");
    refuse("d1_tumbling_append", (fb_state_options){.operator_id = 4}, FB_E_NOT_FOUND,
           "operator 4 has no store 'default'");
    refuse("i1_inner_join", (fb_state_options){0}, FB_E_NOT_FOUND, "'forebay state ls' lists");
    refuse("d1_tumbling_append", (fb_state_options){.one_partition = true, .partition = 9},
           FB_E_NOT_FOUND, "there is no partition 9; they are 0 to 1");
    refuse("nothing", (fb_state_options){0}, FB_E_NOT_FOUND,
           "no such directory");
}

/* A copy with one byte of the newest delta of partition 0 changed. */
static void damage_is_named_with_its_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/forebay-state-XXXXXX", command[9000], path[256];
    assert_non_null(mkdtemp(directory));
    (void)snprintf(command, sizeof command, "cp -r '%s/.' '%s'", checkpoint("d1_tumbling_append"),
                   directory);
    assert_int_equal(system(command), 0);
    (void)snprintf(path, sizeof path, "%s/state/0/0/12.delta", directory);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 30, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, 30, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 0x40, file), byte ^ 0x40);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, sizeof command, "rm -f '%s'/state/0/0/.12.delta.crc", directory);
    assert_int_equal(system(command), 0);
    const fb_state_options options = {0};
    assert_status(fb_session_show_state(env.session, directory, &options, &env.err), FB_E_CORRUPT);
    assert_contains(env.err.message, "state/0/0/12.delta");
    assert_int_equal(env.output.size, 0);
    (void)snprintf(command, sizeof command, "rm -r '%s'", directory);
    assert_int_equal(system(command), 0);
}

/* A copy in which `command` ran. */
static fb_status show_after(const char *name, const char *command, fb_state_options options)
{
    char directory[] = "/tmp/forebay-state-XXXXXX", line[9000];
    assert_non_null(mkdtemp(directory));
    (void)snprintf(line, sizeof line, "cp -r '%s/.' '%s' && cd '%s' && %s", checkpoint(name),
                   directory, directory, command);
    assert_int_equal(system(line), 0);
    options.format = FB_RESULT_JSONL;
    fb_buf_clear(&env.output);
    fb_status status = fb_session_show_state(env.session, directory, &options, &env.err);
    (void)snprintf(line, sizeof line, "rm -r '%s'", directory);
    assert_int_equal(system(line), 0);
    return status;
}

static void rows_of_a_partition_that_is_gone_are_missed(void **state)
{
    (void)state;
    const char *name = "d1_tumbling_append";
    const fb_state_options first = {.one_partition = true};
    assert_status(show_after(name, "rm -r state/0/1", (fb_state_options){0}), FB_E_NOT_FOUND);
    assert_contains(env.err.message, "/state/0/1 does not exist; the state has 2 partitions");
    assert_int_equal(env.output.size, 0);
    assert_ok(show_after(name, "rm -r state/0/1", first), &env.err);
    assert_true(env.output.size > 0);
}

static void what_is_no_partition_of_the_query_is_not_shown(void **state)
{
    (void)state;
    const char *name = "d1_tumbling_append";
    assert_ok(show_after(name, "true", (fb_state_options){0}), &env.err);
    char *whole = strdup(fb_buf_text(&env.output));
    assert_ok(show_after(name, "cp -r state/0/1 state/0/2; cp -r state/0/1 state/0/01",
                         (fb_state_options){0}),
              &env.err);
    assert_string_equal(fb_buf_text(&env.output), whole);
    free(whole);
}

static void behind_the_limit_nothing_is_read(void **state)
{
    (void)state;
    const fb_state_options one = {.limit = 1};
    assert_ok(show_after("d1_tumbling_append", "echo > state/0/1/12.delta", one), &env.err);
}

static void settings_that_make_no_sense_are_damage(void **state)
{
    (void)state;
    const char *name = "d1_tumbling_append";
    assert_status(show_after(name, "sed -i 's/\"lz4\"/\"lz5\"/' offsets/*", (fb_state_options){0}),
                  FB_E_CORRUPT);
    assert_contains(env.err.message, "/offsets: unknown compression 'lz5' of state");
    /* No columns, neither of the key nor of the value. */
#define NO_COLUMNS "\\000\\000\\000\\001\\000\\035{\"type\":\"struct\",\"fields\":[]}"
    assert_status(show_after(name,
                             "printf '\\000\\002v2" NO_COLUMNS NO_COLUMNS
                             "' > state/0/0/_metadata/schema",
                             (fb_state_options){0}),
                  FB_E_CORRUPT);
    assert_contains(env.err.message, "/state/0/0: row 0 has ");
}

#define in_session(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        in_session(rows_are_those_of_spark_s_reader),
        in_session(an_older_batch_has_its_own_rows),
        in_session(stores_are_listed_with_their_operators),
        in_session(what_is_missing_is_named),
        in_session(damage_is_named_with_its_file),
        in_session(rows_of_a_partition_that_is_gone_are_missed),
        in_session(what_is_no_partition_of_the_query_is_not_shown),
        in_session(behind_the_limit_nothing_is_read),
        in_session(settings_that_make_no_sense_are_damage),
    };
    if (argc != 2) return 2;
    goldens = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
