"""The tables, and how times and texts are laid down in them.

Columns bear the names of the model's fields. Everything here is plain Core that any database takes;
what is SQLite's own stands in ``fulltext``.

Times are ISO 8601 text in UTC with six digits of microseconds: they come back exactly, sort as
text, and can be read with any SQLite tool.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware time, kept as text in UTC. A naive time is refused with ValueError."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> str | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a time without its zone cannot be stored: {value}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, _dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def plain(text: str) -> str:
    """Return a text as the store gives it back: see PlainText."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


class PlainText(sa.types.TypeDecorator[str]):
    """Text that every database takes: lone surrogates and NUL become replacement characters."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        return None if value is None else plain(value)

    def process_result_value(self, value: Any, _dialect: Any) -> str | None:
        return None if value is None else str(value)


class Seconds(sa.types.TypeDecorator[timedelta]):
    """A span of time, kept as seconds."""

    impl = sa.Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Any) -> float | None:
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any, _dialect: Any) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


metadata = sa.MetaData()


def _text(name: str, *, key: bool = False, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, PlainText, primary_key=key, nullable=optional)


def _time(name: str, *, optional: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=optional)


def _later(name: str, kind: Any, default: str) -> sa.Column[Any]:
    """A column that older files have not: it stands last, and their rows take the default."""
    return sa.Column(name, kind, nullable=False, server_default=sa.text(default))


def _later_text(name: str) -> sa.Column[Any]:
    return _later(name, PlainText, "''")


feeds = sa.Table(
    "feeds",
    metadata,
    _text("url", key=True),
    _text("etag", optional=True),
    _text("last_modified", optional=True),
    sa.Column("status", sa.Integer),
    _time("checked_at", optional=True),
    _time("succeeded_at", optional=True),
    sa.Column("failures", sa.Integer, nullable=False),
    _text("moved_to", optional=True),
    sa.Column("gone", sa.Boolean, nullable=False),
    _text("title"),
    _later("moved_times", sa.Integer, "0"),
    _later_text("address"),
    _later_text("error"),
    _time("due_at", optional=True),
    sa.Column("ttl", Seconds),
    sa.Column("per_week", sa.Float),
    _time("newest_at", optional=True),
    _later("wishes", sa.JSON, "'{}'"),
)

# A site is known by `discreet.host_key`, as in a saved state: one that was loaded from there and
# one that was met here are the same row.
hosts = sa.Table(
    "hosts",
    metadata,
    _text("key", key=True),
    _text("robots", optional=True),
    _time("robots_at", optional=True),
    _time("put_off_until", optional=True),
    _text("put_off_why"),
    sa.Column("robots_lost", sa.Boolean, nullable=False),
)

entries = sa.Table(
    "entries",
    metadata,
    _text("id", key=True),
    _text("feed_url"),
    _text("guid"),
    _text("url"),
    _text("title"),
    _text("summary"),  # summary and content go when the article is stored
    _text("content"),
    _text("author"),
    _time("published_at", optional=True),
    _text("language"),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("paywalled", sa.Boolean, nullable=False),
    _time("first_seen_at"),
    _text("outcome"),
    _text("reason"),
    _text("story_id", optional=True),
    _later_text("fingerprint"),  # of its texts; stays when they go
    _later_text("source_name"),
    _later_text("source_url"),
    sa.Index("entries_by_url", "url"),
    sa.Index("entries_by_guid", "feed_url", "guid"),
)
sa.Index("entries_by_outcome", entries.c.outcome, entries.c.first_seen_at)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("entry_id", PlainText, sa.ForeignKey("entries.id"), nullable=False),
    _time("seen_at"),
    _text("title"),
    _text("text"),
    sa.Index("revisions_by_entry", "entry_id", "seen_at"),
)

articles = sa.Table(
    "articles",
    metadata,
    # A number of our own: the full-text index refers to it, and VACUUM may change hidden ones.
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("id", PlainText, sa.ForeignKey("entries.id"), nullable=False, unique=True),
    _text("url"),
    _text("title"),
    _text("publisher"),
    _text("domain"),
    _text("author"),
    _time("published_at"),
    _time("first_seen_at"),
    _text("language"),
    _text("text"),
    _text("quality"),
    _text("feed_url"),
    _text("category"),
    _text("kind"),
    sa.Column("trust", sa.Float, nullable=False),
    sa.Column("opinion", sa.Boolean, nullable=False),
    sa.Column("relevance", sa.Float, nullable=False),
    _text("note"),
    _later("ai_input", sa.Boolean, "1"),
    sa.Column("max_snippet", sa.Integer),
    sa.Index("articles_by_url", "url"),
    sa.Index("articles_by_first_seen", "first_seen_at", "id"),
    sa.Index("articles_by_published", "published_at"),
)

editions = sa.Table(
    "editions",
    metadata,
    _text("id", key=True),
    _text("name"),
    sa.Column("date", sa.Date, nullable=False),
    _time("opens"),
    _time("closes"),
    _text("record"),
    # The highest number of a reader on the list when the edition was frozen: without any clock,
    # who comes later gets the next one.
    _later("readers_until", sa.Integer, "0"),
    sa.Index("editions_by_date", "name", "date", "closes"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),  # the order in which they were stored
    sa.Column("run_id", PlainText, nullable=False, unique=True),
    _time("started_at"),
    _text("report"),
)

traces = sa.Table(
    "traces",
    metadata,
    sa.Column("article_id", PlainText, sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("shingles", sa.JSON, nullable=False),
)

vectors = sa.Table(
    "vectors",
    metadata,
    _text("model", key=True),
    _text("key", key=True),  # of the text
    sa.Column("vector", sa.LargeBinary, nullable=False),  # little-endian float32
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    _text("judge", key=True),  # the model, and the version of what it was asked
    _text("key", key=True),  # of the question
    sa.Column("answer", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# Every address that was ever on a list, or suppressed, with its token. None is taken out: a token
# stands for one address for good.
addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("address", PlainText, nullable=False, unique=True),
    sa.Column("token", PlainText, nullable=False, unique=True),
)


def _address(*, key: bool = False, unique: bool = False) -> sa.Column[int]:
    there = sa.ForeignKey("addresses.n")
    return sa.Column("address_n", sa.Integer, there, primary_key=key, nullable=False, unique=unique)


readers = sa.Table(
    "readers",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),  # who comes later has a higher one
    _address(unique=True),
    _time("added_at"),
    sqlite_autoincrement=True,  # a number is not given again after its reader went
)

suppressions = sa.Table(
    "suppressions",
    metadata,
    _address(key=True),
    _text("reason"),
    _time("at"),
    _text("detail"),
)

soft_bounces = sa.Table(
    "soft_bounces",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True),
    _address(),
    _time("at"),
    sa.Index("soft_bounces_by_address", "address_n", "at"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    _text("edition_id", key=True),
    _text("output", key=True),
    _address(key=True),
    _text("status"),
    _time("at"),
    _text("detail"),
    sa.Column("tries", sa.Integer, nullable=False),
    sqlite_with_rowid=False,  # one tree in the order of the key: each claim lands beside the last
)

finished_outputs = sa.Table(
    "finished_outputs",
    metadata,
    _text("edition_id", key=True),
    _text("output", key=True),
    _time("at"),
)
