#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The stateful workloads side by side with real Spark, in one run: the same SQL over the same rows
(rate-micro-batch), the same number of cores and partitions, checkpoints on the same disk.

    tests/spark/setup.sh bench/peers/spark_state.py FOREBAY [--rows N] [--batches N] [--threads N]
                                                    [--dir DIR] [WORKLOAD]...

prints a line for each workload and provider of Spark: ratio=, and the median rows/s of either over
the batches after the first two. All rows of such a batch have one time, which is less work for
either. Spark runs with a JVM of 6 GB, without its page.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "spark"))

import session as spark_session  # noqa: E402

PROVIDERS = {
    "memory": "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
    "rocksdb": "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
}
SUM_BY = "SELECT {0} AS k, sum(value) AS s, count(*) AS c FROM STREAM numbers GROUP BY {0}"
WORKLOADS = {
    "windowed_count": "SELECT window, value % 1000 AS k, count(*) AS c FROM STREAM numbers "
                      "WATERMARK timestamp DELAY OF INTERVAL 10 SECONDS "
                      "GROUP BY window(timestamp, '10 seconds'), value % 1000",
    "million_keys": SUM_BY.format("pmod(xxhash64(value), 1000000)"),
}
WARM_UP = 2
PARTITIONS = 8
TIMEOUT_S = 900


def source_options(rows, threads):
    return {"rowsPerBatch": rows, "numPartitions": threads, "startTimestamp": 1704067200000,
            "advanceMillisPerBatch": 1000}


def rate(events):
    """Rows a second of a batch: median of those behind the warm-up."""
    rates = [event["numInputRows"] * 1000 / max(event["batchDuration"], 1)
             for event in events if event["numInputRows"]]
    return statistics.median(rates[WARM_UP:])


def run_forebay(program, sql, options, batches, threads, work):
    pairs = ", ".join(f"{key} '{value}'" for key, value in options.items())
    job, progress = work / "job.sql", work / "progress.jsonl"
    job.write_text(f"CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS ({pairs});\n"
                   f"CREATE STREAMING TABLE bench USING noop OPTIONS (outputMode 'update', "
                   f"checkpointLocation '{work}/checkpoint')\nAS {sql};\n")
    process = subprocess.Popen([program, "run", job, "--quiet", "--progress", progress,
                                "--conf", f"forebay.threads={threads}",
                                "--conf", f"spark.sql.shuffle.partitions={PARTITIONS}"])
    events, deadline = [], time.monotonic() + TIMEOUT_S
    try:
        while sum(event["numInputRows"] > 0 for event in events) < batches:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"forebay did not get to {batches} batches")
            time.sleep(0.05)
            if progress.exists():
                events = [json.loads(line) for line in progress.read_text().split("\n")[:-1]]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait()
    return rate(events[:batches])


def run_spark(session, sql, options, batches, provider, work):
    session.conf.set("spark.sql.streaming.stateStore.providerClass", PROVIDERS[provider])
    session.readStream.format("rate-micro-batch").options(**options).load() \
        .createOrReplaceTempView("numbers")
    query = session.sql(sql).writeStream.format("noop").outputMode("update").option(
        "checkpointLocation", f"{work}/checkpoint").start()
    deadline = time.monotonic() + TIMEOUT_S
    try:
        while True:
            events = {event["batchId"]: event
                      for event in map(json.loads, (p.json for p in query.recentProgress))
                      if event["numInputRows"]}
            if len(events) >= batches:
                return rate([events[batch] for batch in sorted(events)][:batches])
            if query.exception() or time.monotonic() > deadline:
                sys.exit(f"Spark did not get to {batches} batches: {query.exception()}")
            time.sleep(0.2)
    finally:
        query.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("forebay")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--batches", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dir")
    parser.add_argument("workloads", nargs="*", default=[])
    arguments = parser.parse_args()
    if arguments.batches <= WARM_UP:
        parser.error(f"--batches: {WARM_UP} are for warming up")
    program = str(pathlib.Path(arguments.forebay).resolve())
    session = spark_session.start(
        arguments.threads, spark_sql_shuffle_partitions=str(PARTITIONS), spark_driver_memory="6g",
        spark_driver_extraJavaOptions="-Duser.timezone=UTC -Dfile.encoding=UTF-8")
    options = source_options(arguments.rows, arguments.threads)
    for name in arguments.workloads or WORKLOADS:
        for provider in PROVIDERS:
            # In turn, so that what disturbs the machine disturbs both.
            rates = []
            for side in ("forebay", "spark"):
                work = pathlib.Path(tempfile.mkdtemp(prefix="forebay-peer-", dir=arguments.dir))
                try:
                    rates.append(
                        run_forebay(program, WORKLOADS[name], options, arguments.batches,
                                    arguments.threads, work) if side == "forebay" else
                        run_spark(session, WORKLOADS[name], options, arguments.batches, provider,
                                  work))
                finally:
                    shutil.rmtree(work, ignore_errors=True)
            print(f"ratio={rates[0] / rates[1]:.1f} name={name} provider={provider} "
                  f"forebay_rows_per_s={rates[0]:.0f} spark_rows_per_s={rates[1]:.0f} "
                  f"rows={arguments.rows} threads={arguments.threads}", flush=True)
    session.stop()


if __name__ == "__main__":
    main()
