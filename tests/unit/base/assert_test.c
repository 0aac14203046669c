/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs FB_ASSERT(holds) in a child whose stderr comes back in `message`; returns its status. */
static int assert_in_child(bool holds, char *message, size_t room)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        FB_ASSERT(holds);
        _exit(0);
    }
    close(ends[1]);
    FILE *stream = fdopen(ends[0], "r");
    message[fread(message, 1, room - 1, stream)] = '\0';
    fclose(stream);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void a_broken_assertion_names_itself_and_ends_the_process(void **state)
{
    (void)state;
    char message[512];
    int status = assert_in_child(false, message, sizeof message);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_contains(message, "assertion failed: holds");
    assert_contains(message, "assert_test.c:");
}

static void an_assertion_that_holds_does_nothing(void **state)
{
    (void)state;
    char message[512];
    int status = assert_in_child(true, message, sizeof message);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_string_equal(message, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_assertion_names_itself_and_ends_the_process),
        cmocka_unit_test(an_assertion_that_holds_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
