# SPDX-License-Identifier: Apache-2.0
"""One quiet, local Spark session, set up so that its results do not depend on the machine."""

import os
import sys
import tempfile

SPARK_VERSION = "4.2.0"


def start(threads=1, **conf):
    """A session on local[threads]; `conf` has underscores for dots in its keys."""
    # Spark and its workers must see the same interpreter, and nothing may leave this host.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_LOCAL_HOSTNAME"] = "localhost"
    import pyspark
    from pyspark.sql import SparkSession

    if pyspark.__version__ != SPARK_VERSION:
        sys.exit(f"this needs pyspark {SPARK_VERSION}, found {pyspark.__version__}; "
                 "start it with tests/spark/setup.sh")
    builder = SparkSession.builder.master(f"local[{threads}]").appName("forebay-tests")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        # Hive's metastore is of no use here and costs seconds.
        "spark.sql.catalogImplementation": "in-memory",
        # Spark makes this directory at its start, by default in the working directory.
        "spark.sql.warehouse.dir": os.path.join(tempfile.gettempdir(), "forebay-spark-warehouse"),
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -Dfile.encoding=UTF-8 "
                                         "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    }
    settings.update({key.replace("_", "."): value for key, value in conf.items()})
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session
