# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of tests/golden/stateful with real Spark: the same SQL over views of the same
folders."""
import contextlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden" / "stateful"))

import engine  # noqa: E402
import session as spark_session  # noqa: E402

RECENT = "spark.sql.streaming.numRecentProgressUpdates"
MAINTENANCE_MS = 300


def start():
    """Spark takes the interval of maintenance from the first query of a process, for all. Rows that
    a filter inside its parser drops would not count as input."""
    return spark_session.start(
        spark_sql_json_filterPushdown_enabled="false",
        spark_sql_streaming_stateStore_maintenanceInterval=f"{MAINTENANCE_MS}ms")


class Spark:
    name = "Spark"

    def __init__(self, session):
        self.session = session

    @contextlib.contextmanager
    def configured(self, conf):
        before = {key: self.session.conf.get(key, None) for key in conf}
        for key, value in conf.items():
            self.session.conf.set(key, value)
        try:
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    self.session.conf.unset(key)
                else:
                    self.session.conf.set(key, value)

    def _query(self, case, folder, checkpoint, batches):
        for view, schema in case.views.items():
            self.session.readStream.format("json").schema(schema).option(
                "path", str(folder.folder / view)).option(
                "maxFilesPerTrigger", 1).load().createOrReplaceTempView(view)

        def collect(frame, batch):
            lines = frame.selectExpr(
                "to_json(struct(*), map('ignoreNullFields', 'false'))").collect()
            batches[batch] = [engine.parse(line[0]) for line in lines]

        writer = self.session.sql(case.sql).writeStream.outputMode(case.mode).option(
            "checkpointLocation", str(checkpoint)).foreachBatch(collect)
        if case.feed == "available":
            writer = writer.trigger(availableNow=True)
        return writer.start()

    def _unload(self):
        """Ends the maintenance of the run's stores: the next run may be Forebay's."""
        state = self.session._jvm.org.apache.spark.sql.execution.streaming.state
        getattr(getattr(state, "StateStore$"), "MODULE$").unloadAll()

    def run(self, case, steps, folder, checkpoint, last_batches=None):
        """As engine.Forebay.run; a list given as `last_batches` receives what the next run of
        Forebay has to wait for."""
        rows = {}
        with self.configured({**case.all_conf(), RECENT: "1000"}):
            if case.feed == "available":
                for step in steps:
                    folder.put(step)
                query = self._query(case, folder, checkpoint, rows)
                query.awaitTermination()
            else:
                query = self._query(case, folder, checkpoint, rows)
                for step in steps:
                    folder.put(step)
                    query.processAllAvailable()
                    if last_batches is not None:
                        last_batches.append(max(rows))
                query.stop()
            self._unload()
            events = {event["batchId"]: event
                      for event in map(json.loads, (p.json for p in query.recentProgress))}
        return [{"id": batch, "rows": engine.rows_of(case, rows[batch]),
                 "numbers": engine.numbers_of(events[batch])} for batch in sorted(rows)]
