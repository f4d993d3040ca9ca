"""Is the store sound?"""

from __future__ import annotations

import sqlite3
from collections import Counter

import sqlalchemy as sa

from digest.adapters.store import fulltext, schema
from digest.adapters.store.database import Database, code_of
from digest.errors import StoreError

_MOST = 20  # findings of one kind that are told; a damaged file has thousands


def counts(connection: sa.Connection) -> dict[str, int]:
    """Return the number of rows by table name."""
    tables = (
        schema.feeds,
        schema.entries,
        schema.articles,
        schema.editions,
        schema.runs,
        schema.readers,
    )
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables
    }


def findings(database: Database) -> list[str]:
    """Return what is wrong, in sentences that name the store. Each look has its own transaction."""
    found: list[str] = []
    for look, when_damaged in (
        (_pages, "is damaged"),
        (_references, "could not be read to its end, as it is damaged"),
        (_index, "has a search index that does not fit its articles"),
        (_index_count, "could not be counted, as it is damaged"),
    ):
        try:
            with database.transaction():
                found += [f"{database.name} {each}" for each in look(database.connection)]
        except StoreError as error:
            damaged = code_of(error.__cause__) == sqlite3.SQLITE_CORRUPT
            found.append(f"{database.name} {when_damaged}" if damaged else str(error))
    return found


def _pages(connection: sa.Connection) -> list[str]:
    rows = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").scalars().all()
    return [f"is damaged: {row}" for row in rows if row != "ok"]


def _references(connection: sa.Connection) -> list[str]:
    lost = Counter(row[:3:2] for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    return [
        f"holds {count} {table.replace('_', ' ')} without their {parent}"
        for (table, parent), count in sorted(lost.items())
    ]


def _index(connection: sa.Connection) -> list[str]:
    """FTS5 compares its index with the articles' texts when rank is 1, and fails if they differ."""
    fulltext.index_articles(connection)
    connection.exec_driver_sql(
        "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"
    )
    return []


def _index_count(connection: sa.Connection) -> list[str]:
    indexed = connection.exec_driver_sql("SELECT count(*) FROM articles_fts_docsize").scalar_one()
    stored = counts(connection)["articles"]
    if indexed == stored:
        return []
    return [f"holds {stored} articles, but its search index {indexed}"]
