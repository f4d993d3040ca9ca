"""The version of a file: a new one laid out, an older one brought to this version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from digest.adapters.store import fulltext, schema

APPLICATION_ID = 0x44677374  # "Dgst" in the file's header marks a database as ours
VERSION = 4  # 1 knew feeds, entries, articles, editions and runs; 2 readers and deliveries too

_SINCE_2 = (
    schema.traces,
    schema.addresses,
    schema.readers,
    schema.suppressions,
    schema.soft_bounces,
    schema.deliveries,
    schema.finished_outputs,
)
_SINCE_3 = (schema.hosts, schema.revisions)
_SINCE_4 = (schema.vectors, schema.verdicts)
_COLUMNS_SINCE_2 = (schema.editions.c.readers_until,)
_COLUMNS_SINCE_3 = (
    schema.feeds.c.moved_times,
    schema.feeds.c.address,
    schema.feeds.c.error,
    schema.feeds.c.due_at,
    schema.feeds.c.ttl,
    schema.feeds.c.per_week,
    schema.feeds.c.newest_at,
    schema.feeds.c.wishes,
    schema.entries.c.fingerprint,
    schema.entries.c.source_name,
    schema.entries.c.source_url,
    schema.articles.c.ai_input,
    schema.articles.c.max_snippet,
)


def create(connection: sa.Connection) -> None:
    """Make every table in the open transaction, and mark the file as ours."""
    schema.metadata.create_all(connection)
    for statement in fulltext.FULL_TEXT:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")


def upgrade(connection: sa.Connection, version: int) -> None:
    """Bring a file of an older version to this one in the open transaction; nothing is lost.

    Editions of version 1 were frozen when there was no list of readers: nobody is to get them.
    """
    if version < 2:
        schema.metadata.create_all(connection, tables=_SINCE_2)
        _add(connection, _COLUMNS_SINCE_2)
    if version < 3:
        schema.metadata.create_all(connection, tables=_SINCE_3)
        _add(connection, _COLUMNS_SINCE_3)
        # The index by feed and guid serves where the one by feed alone did.
        connection.exec_driver_sql("DROP INDEX entries_by_feed")
        for index in schema.entries.indexes:
            index.create(connection, checkfirst=True)
    schema.metadata.create_all(connection, tables=_SINCE_4)
    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")


def _add(connection: sa.Connection, columns: tuple[sa.Column[Any], ...]) -> None:
    for column in columns:
        told = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {told}")
