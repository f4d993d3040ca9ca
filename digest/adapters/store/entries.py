"""Feeds and their entries: what was seen, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.adapters.store.chunks import chunks
from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    FeedKind,
    FeedState,
    Known,
    Selected,
    Validators,
)

_CHOSEN = (EntryOutcome.PENDING, EntryOutcome.READ)  # an article is to come

_feeds = schema.feeds
_entries = schema.entries


def _save_feed_statement() -> Any:
    statement = insert(_feeds)
    changed = {c.name: statement.excluded[c.name] for c in _feeds.c if c.name != "url"}
    return statement.on_conflict_do_update(index_elements=["url"], set_=changed)


_SAVE_FEED = _save_feed_statement()
_ADD_ENTRIES = insert(_entries).on_conflict_do_nothing(index_elements=["id"])


def _take_entries_statement() -> Any:
    """Add entries to be read; one that is there changes hands, and keeps when it was seen."""
    statement = insert(_entries)
    kept = ("id", "first_seen_at", "story_id")
    changed = {c.name: statement.excluded[c.name] for c in _entries.c if c.name not in kept}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


_TAKE_ENTRIES = _take_entries_statement()
_SETTLE = (
    sa.update(_entries)
    .where(_entries.c.id == sa.bindparam("of"))
    .values(outcome=sa.bindparam("to"), reason=sa.bindparam("why"), summary="", content="")
)
_WITH_ARTICLE = sa.select(_entries).outerjoin(
    schema.articles, schema.articles.c.id == _entries.c.id
)
_WITHOUT_ARTICLE = _WITH_ARTICLE.where(schema.articles.c.id.is_(None))
_KNOWN = sa.select(
    _entries.c.id, _entries.c.feed_url, _entries.c.outcome, schema.articles.c.kind
).outerjoin(schema.articles, schema.articles.c.id == _entries.c.id)
_SET_OUTCOME = (
    sa.update(_entries)
    .where(_entries.c.id == sa.bindparam("of"))
    .values(outcome=sa.bindparam("to"), story_id=sa.bindparam("story"), reason=sa.bindparam("why"))
)


class Entries:
    """Reads and writes feeds and entries; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def feed_states(self) -> dict[str, FeedState]:
        rows = self._connection.execute(sa.select(_feeds))
        return {row.url: _feed_state(row) for row in rows}

    def save_feed(self, state: FeedState, selected: Sequence[Selected], now: datetime) -> None:
        self._connection.execute(_SAVE_FEED, feed_row(state))
        for statement, chosen in ((_TAKE_ENTRIES, True), (_ADD_ENTRIES, False)):
            rows = [entry_row(s, now) for s in selected if (s.outcome in _CHOSEN) is chosen]
            if rows:
                self._connection.execute(statement, rows)

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Known] = {}
        for chunk in chunks(wanted):
            query = _KNOWN.where(_entries.c.id.in_(chunk))
            for row in self._connection.execute(query):
                kind = FeedKind(row.kind) if row.kind is not None else None
                found[row.id] = Known(row.feed_url, EntryOutcome(row.outcome), kind)
        return found

    def waiting(self) -> set[str]:
        """The ids of entries whose article no edition has judged."""
        query = sa.select(_entries.c.id).where(_entries.c.outcome == EntryOutcome.READ)
        return set(self._connection.execute(query).scalars())

    def pending(self) -> list[Selected]:
        """Entries whose page is still to be opened, or without the article they promise."""
        query = _WITH_ARTICLE.where(
            (_entries.c.outcome == EntryOutcome.PENDING)
            | ((_entries.c.outcome == EntryOutcome.READ) & schema.articles.c.id.is_(None))
        )
        rows = self._connection.execute(query.order_by(_entries.c.first_seen_at, _entries.c.id))
        return [Selected(_entry(row), EntryOutcome(row.outcome), row.reason) for row in rows]

    def unread(self, feed_url: str) -> list[Entry]:
        """The feed's entries without an article whose outcome promises none, newest first."""
        query = _WITHOUT_ARTICLE.where(
            _entries.c.feed_url == feed_url, _entries.c.outcome.not_in(_CHOSEN)
        )
        time = sa.func.coalesce(_entries.c.published_at, _entries.c.first_seen_at)
        rows = self._connection.execute(query.order_by(time.desc(), _entries.c.id))
        return [_entry(row) for row in rows]

    def mark(self, article: Article, outcome: EntryOutcome, reason: str) -> None:
        """Give the article's entry its outcome and let its own text go; make one if need be."""
        settled = {"of": article.id, "to": outcome.value, "why": reason}
        if self._connection.execute(_SETTLE, settled).rowcount == 0:
            selected = Selected(_entry_of(article), outcome, reason)
            self._connection.execute(_ADD_ENTRIES, [entry_row(selected, article.first_seen_at)])

    def save_outcomes(self, outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]]) -> None:
        rows = [
            {"of": entry_id, "to": outcome.value, "story": story_id, "why": reason}
            for entry_id, outcome, story_id, reason in outcomes
        ]
        if rows:
            self._connection.execute(_SET_OUTCOME, rows)

    def find(self, url: str) -> Any | None:
        """Return the row of the entry with this id or URL, or whose article has this URL."""
        by_article = sa.select(schema.articles.c.id).where(schema.articles.c.url == url)
        for found in (
            _entries.c.id == url,
            sa.and_(_entries.c.url == url, _entries.c.url != ""),
            _entries.c.id.in_(by_article),
        ):
            query = sa.select(_entries).where(found).order_by(_entries.c.first_seen_at.desc())
            row = self._connection.execute(query.limit(1)).first()
            if row is not None:
                return row
        return None


def feed_row(state: FeedState) -> dict[str, Any]:
    return {
        "url": state.url,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "status": state.status,
        "checked_at": state.checked_at,
        "succeeded_at": state.succeeded_at,
        "failures": state.failures,
        "moved_to": state.moved_to,
        "gone": state.gone,
        "title": state.title,
    }


def _feed_state(row: Any) -> FeedState:
    return FeedState(
        url=row.url,
        validators=Validators(row.etag, row.last_modified),
        status=row.status,
        checked_at=row.checked_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        moved_to=row.moved_to,
        gone=row.gone,
        title=row.title,
    )


def entry_row(selected: Selected, now: datetime) -> dict[str, Any]:
    entry = selected.entry
    return {
        "id": entry.id,
        "feed_url": entry.feed_url,
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "author": entry.author,
        "published_at": entry.published_at,
        "language": entry.language,
        "tags": list(entry.tags),
        "paywalled": entry.paywalled,
        "first_seen_at": now,
        "outcome": selected.outcome.value,
        "reason": selected.reason,
        "story_id": None,
    }


def _entry_of(article: Article) -> Entry:
    """The entry behind an article that came by another way than a stored feed."""
    return Entry(
        id=article.id,
        feed_url=article.feed_url,
        guid=article.id,
        url=article.url,
        title=article.title,
        author=article.author,
        published_at=article.published_at,
        language=article.language,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        feed_url=row.feed_url,
        guid=row.guid,
        url=row.url,
        title=row.title,
        summary=row.summary,
        content=row.content,
        author=row.author,
        published_at=row.published_at,
        language=row.language,
        tags=tuple(row.tags),
        paywalled=row.paywalled,
    )
