#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program and what its surroundings may do to it: signals, stuck and closed pipes, full disks.

    signals.py FOREBAY

Prints `ok` or `not ok` per case."""
import array
import fcntl
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

ENDLESS = """CREATE TEMPORARY VIEW n USING `rate-micro-batch` OPTIONS (rowsPerBatch '1000');
CREATE STREAMING TABLE t USING console OPTIONS (format 'jsonl', checkpointLocation 'ck')
AS SELECT value FROM STREAM n;
"""
SHORT = """CREATE TEMPORARY VIEW n USING `rate-micro-batch` OPTIONS (rowsPerBatch '1');
CREATE STREAMING TABLE t USING noop OPTIONS (trigger 'availableNow') AS SELECT value FROM STREAM n;
"""
IDLE = "CREATE TEMPORARY VIEW n USING rate OPTIONS (rowsPerSecond '1');\n"
STATEFUL = """SET spark.sql.session.timeZone = Asia/Tokyo;
CREATE TEMPORARY VIEW n USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', startTimestamp '{}',
                                                          advanceMillisPerBatch '1');
CREATE STREAMING TABLE t USING noop OPTIONS (outputMode 'update')
AS SELECT at, count(*) FROM (SELECT CASE WHEN value % 10 = 3 THEN TIMESTAMP '2001-01-01 00:00:00'
                                    ELSE timestamp END AS at FROM STREAM n)
   WATERMARK at DELAY OF INTERVAL 0 SECONDS
GROUP BY at;
"""
TIMEOUT_S = 60
QUERIES = 70  # more than the live line shows


class Case:
    """A folder of its own, and the programs started in it."""

    def __init__(self, program, folder):
        self.program, self.folder, self.started = program, pathlib.Path(folder), []

    def start(self, job, *options, output=subprocess.PIPE, stdin=subprocess.DEVNULL, env=None,
              errors=subprocess.PIPE):
        path = self.folder / "job.sql"
        if job is not None:
            path.write_text(job)
        process = subprocess.Popen(
            [self.program, "run", "job.sql" if job is not None else "-", *options],
            cwd=self.folder,
            stdin=stdin,
            stdout=output,
            stderr=errors,
            env={**os.environ, **(env or {})},
        )
        self.started.append(process)
        return process

    def ends(self, process, code):
        """Waits for the end without reading standard output; returns standard error."""
        errors = process.stderr.read().decode()
        process.wait(TIMEOUT_S)
        assert process.returncode == code, f"exit {process.returncode}, expected {code}: {errors}"
        return errors

    def wait_for(self, path):
        deadline = time.monotonic() + TIMEOUT_S
        while not (self.folder / path).exists():
            assert time.monotonic() < deadline, f"{path} does not appear"
            time.sleep(0.01)


def fill(reader):
    """Waits until the pipe, more than half full, gets no fuller (pages may be filled in part)."""
    size, deadline = fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ), time.monotonic() + TIMEOUT_S
    held, before = array.array("i", [0]), -1
    while held[0] <= size // 2 or held[0] != before:
        assert time.monotonic() < deadline, "the pipe does not fill"
        before = held[0]
        time.sleep(0.5)
        fcntl.ioctl(reader, termios.FIONREAD, held)


def a_second_signal_ends_a_job_whose_reader_is_stuck(case):
    reader, writer = os.pipe()
    process = case.start(ENDLESS, output=writer)
    fill(reader)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "the stuck batch was given up"
    process.send_signal(signal.SIGTERM)
    case.ends(process, -signal.SIGTERM)
    os.close(reader)
    os.close(writer)


def one_signal_stops_after_the_batch(case):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = case.start(ENDLESS, output=subprocess.DEVNULL)
        case.wait_for("ck/commits/0")
        process.send_signal(number)
        assert "run the same command to continue" in case.ends(process, 0)
        shutil.rmtree(case.folder / "ck")


def a_signal_that_comes_twice_is_one(case):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = case.start(ENDLESS, output=subprocess.DEVNULL)
        case.wait_for("ck/commits/0")
        process.send_signal(number)
        process.send_signal(number)
        assert "run the same command to continue" in case.ends(process, 0)
        shutil.rmtree(case.folder / "ck")


def nohup_keeps_a_job_alive(case):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = case.start(ENDLESS, output=subprocess.DEVNULL)
    signal.signal(signal.SIGHUP, before)
    case.wait_for("ck/commits/0")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    case.ends(process, 0)


def a_signal_ends_the_reading_of_the_script(case):
    process = case.start(None, stdin=subprocess.PIPE)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    case.ends(process, -signal.SIGINT)


def the_end_of_the_last_query_is_never_missed(case):
    for _ in range(60):
        process = case.start(SHORT, "--quiet")
        process.wait(TIMEOUT_S)
        assert case.ends(process, 0) == ""


def a_reader_that_went_away_is_an_error(case):
    reader, writer = os.pipe()
    process = case.start(ENDLESS, output=writer)
    os.close(writer)
    os.read(reader, 10)
    os.close(reader)
    assert "could not be printed: Broken pipe" in case.ends(process, 1)


def a_full_disk_under_the_output_commits_nothing(case):
    with open("/dev/full", "wb") as full:
        process = case.start(ENDLESS, output=full)
    assert "batch 0 could not be printed: No space left" in case.ends(process, 1)
    assert (case.folder / "ck/offsets/0").exists()
    assert not (case.folder / "ck/commits/0").exists()


def a_full_disk_under_the_progress_is_told_once(case):
    process = case.start(SHORT, "--progress", "/dev/full")
    assert case.ends(process, 1).count("--progress /dev/full: No space left") == 1


def a_temporary_directory_may_end_with_a_slash(case):
    process = case.start(SHORT, env={"TMPDIR": f"{case.folder}//./"})
    case.ends(process, 0)
    assert [path.name for path in case.folder.iterdir()] == ["job.sql"]


def many_queries_of_one_script_start_and_stop(case):
    tables = (
        f"CREATE STREAMING TABLE q{i} USING noop OPTIONS (checkpointLocation 'ck/{i}') "
        "AS SELECT value FROM STREAM n;\n"
        for i in range(QUERIES)
    )
    process = case.start(IDLE + "".join(tables))
    case.wait_for(f"ck/{QUERIES - 1}/commits/0")
    process.send_signal(signal.SIGTERM)
    assert case.ends(process, 0).count("  stopped ") == QUERIES


def a_job_without_its_own_checkpoint_is_alone(case):
    """Two tables on one checkpoint: the second is refused and the first stopped."""
    second = ENDLESS.split("\n", 1)[1].replace("TABLE t", "TABLE u")
    errors = case.ends(case.start(ENDLESS + second, output=subprocess.DEVNULL), 1)
    assert "is in use by another query of this process" in errors, errors


def a_killed_process_that_is_not_gone_yet_is_waited_for(case):
    """It holds its lock until its last write is through."""
    (case.folder / "ck").mkdir()
    with open(case.folder / "ck/.forebay.lock", "w", encoding="utf-8") as lock:
        whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, whole)
        process = case.start(SHORT.replace("trigger", "checkpointLocation 'ck', trigger"))
        time.sleep(0.2)
        assert process.poll() is None
    assert "done after batch 0" in case.ends(process, 0)


def live_line(case, start_ms):
    """The line of a running job with state on a terminal, once it tells of late rows; UTC+9."""
    terminal, end = os.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    process = case.start(STATEFUL.format(start_ms), output=subprocess.DEVNULL, errors=end)
    os.close(end)
    told, until = b"", time.time() + TIMEOUT_S
    while not re.search(rb" late [0-9]+ .*/batch", told):
        assert time.time() < until, told[-1000:]
        told += os.read(terminal, 65536)
    process.send_signal(signal.SIGTERM)
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # the program has closed its end
    os.close(terminal)
    process.wait(TIMEOUT_S)
    assert process.returncode == 0
    return told.decode().split("\r")[-1]


def the_live_line_tells_state_watermark_and_late_rows(case):
    line = live_line(case, 1714564800000)
    assert re.search(r"t  batch \d+ · [\d,.]+( M)? rows/s in · state \d+ rows?, \d+ [kM]B · "
                     r"watermark 2024-05-01 21:\d\d:\d\d · late [\d,]+ · ", line), line


def the_live_line_tells_how_far_the_watermark_is_behind(case):
    line = live_line(case, int(time.time() - 4000) * 1000)
    assert re.search(r" · watermark \d\d:\d\d:\d\d \(\d\d min behind\) · ", line), line


CASES = [
    a_second_signal_ends_a_job_whose_reader_is_stuck,
    one_signal_stops_after_the_batch,
    a_signal_that_comes_twice_is_one,
    nohup_keeps_a_job_alive,
    a_signal_ends_the_reading_of_the_script,
    the_end_of_the_last_query_is_never_missed,
    a_reader_that_went_away_is_an_error,
    a_full_disk_under_the_output_commits_nothing,
    a_full_disk_under_the_progress_is_told_once,
    a_temporary_directory_may_end_with_a_slash,
    many_queries_of_one_script_start_and_stop,
    a_job_without_its_own_checkpoint_is_alone,
    a_killed_process_that_is_not_gone_yet_is_waited_for,
    the_live_line_tells_state_watermark_and_late_rows,
    the_live_line_tells_how_far_the_watermark_is_behind,
]


def run_case(program, test):
    with tempfile.TemporaryDirectory() as folder:
        case = Case(program, folder)
        try:
            test(case)
            return None
        except (AssertionError, OSError, subprocess.TimeoutExpired) as reason:
            return reason
        finally:
            for process in case.started:
                process.kill()
                process.wait()


def main():
    program, failed = os.path.abspath(sys.argv[1]), False
    for test in CASES:
        reason = run_case(program, test)
        name = test.__name__.replace("_", " ")
        print(f"not ok - {name}: {reason}" if reason else f"ok - {name}", flush=True)
        failed = failed or reason is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
