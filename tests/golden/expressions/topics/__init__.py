# SPDX-License-Identifier: Apache-2.0
"""The expressions that Spark is asked about, by topic."""

from topics import casts, datetime, functions, nullability, operators

TOPICS = casts.TOPICS + operators.TOPICS + functions.TOPICS + datetime.TOPICS + nullability.TOPICS
