"""Entries of feeds: what was seen, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.adapters.store.chunks import chunks
from digest.core.discreet import guid_key
from digest.core.revising import fingerprint
from digest.models import Article, Entry, EntryOutcome, FeedKind, Known, Revision, Selected
from digest.ports import EntryHistory

_CHOSEN = (EntryOutcome.PENDING, EntryOutcome.READ)  # an article is to come

_MOST_REVISIONS = 20  # of one entry: a feed may change its texts every time it is asked

_entries = schema.entries
_revisions = schema.revisions
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
_BY_FEED = (_entries.c.feed_url, _entries.c.first_seen_at, _entries.c.id)
_WITHOUT_ARTICLE = _WITH_ARTICLE.where(schema.articles.c.id.is_(None))
_KNOWN = sa.select(
    _entries.c.id,
    _entries.c.feed_url,
    _entries.c.outcome,
    _entries.c.fingerprint,
    schema.articles.c.kind,
).outerjoin(schema.articles, schema.articles.c.id == _entries.c.id)
_SET_OUTCOME = (
    sa.update(_entries)
    .where(_entries.c.id == sa.bindparam("of"))
    .values(outcome=sa.bindparam("to"), story_id=sa.bindparam("story"), reason=sa.bindparam("why"))
)
_SET_FINGERPRINT = (
    sa.update(_entries)
    .where(_entries.c.id == sa.bindparam("of"))
    .values(fingerprint=sa.bindparam("now"))
)
_THE_REVISIONS = _revisions.c.entry_id == sa.bindparam("of", type_=schema.PlainText)
_FORGET_REVISIONS = sa.delete(_revisions).where(
    _THE_REVISIONS,
    _revisions.c.n.not_in(
        sa.select(_revisions.c.n)
        .where(_THE_REVISIONS)
        .order_by(_revisions.c.seen_at.desc(), _revisions.c.n.desc())
        .limit(_MOST_REVISIONS)
    ),
)


class Entries:
    """Reads and writes entries; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, selected: Sequence[Selected], now: datetime) -> None:
        """Add new entries; one that is there is taken over where it is now to be read."""
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
                outcome = EntryOutcome(row.outcome)
                found[row.id] = Known(row.feed_url, outcome, kind, row.fingerprint)
        return found

    def by_guid(self, feed_url: str, guids: Iterable[str]) -> dict[str, Entry]:
        """The feed's entries with these guids, by guid; the newest of several.

        One that came with a saved state has its guid as a hash.
        """
        asked = {form: guid for guid in guids if guid for form in (guid, guid_key(guid))}
        found: dict[str, Any] = {}
        for chunk in chunks(list(asked)):
            query = sa.select(_entries).where(
                _entries.c.feed_url == feed_url, _entries.c.guid.in_(chunk)
            )
            for row in self._connection.execute(query):
                guid = asked[row.guid]
                if guid not in found or _age(found[guid]) < _age(row):
                    found[guid] = row
        return {guid: replace(_entry(row), guid=guid) for guid, row in found.items()}

    def revise(self, revision: Revision, now: str) -> None:
        """Keep an entry's new texts, and their fingerprint; the oldest of many texts go."""
        self._connection.execute(
            sa.insert(_revisions),
            {
                "entry_id": revision.entry_id,
                "seen_at": revision.seen_at,
                "title": revision.title,
                "text": revision.text,
            },
        )
        self._connection.execute(_SET_FINGERPRINT, {"of": revision.entry_id, "now": now})
        self._connection.execute(_FORGET_REVISIONS, {"of": revision.entry_id})

    def revisions(self, entry_id: str) -> list[Revision]:
        query = sa.select(_revisions).where(_revisions.c.entry_id == entry_id)
        rows = self._connection.execute(query.order_by(_revisions.c.seen_at, _revisions.c.n))
        return [Revision(row.entry_id, row.seen_at, row.title, row.text) for row in rows]

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
            # The texts a feed may yet give it are not known.
            row = entry_row(selected, article.first_seen_at) | {"fingerprint": ""}
            self._connection.execute(_ADD_ENTRIES, [row])

    def save_outcomes(self, outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]]) -> None:
        rows = [
            {"of": entry_id, "to": outcome.value, "story": story_id, "why": reason}
            for entry_id, outcome, story_id, reason in outcomes
        ]
        if rows:
            self._connection.execute(_SET_OUTCOME, rows)

    def seen(self, since: datetime, until: datetime) -> list[EntryHistory]:
        """Return the entries first seen in (since, until], by feed; none that a search found."""
        query = sa.select(_entries).where(
            _entries.c.first_seen_at > since,
            _entries.c.first_seen_at <= until,
            _entries.c.outcome != EntryOutcome.FOUND,
        )
        return [_history(row) for row in self._connection.execute(query.order_by(*_BY_FEED))]

    def of_story(self, story_id: str) -> list[EntryHistory]:
        """Return the entries whose latest word is of this story, by feed."""
        query = sa.select(_entries).where(_entries.c.story_id == story_id)
        return [_history(row) for row in self._connection.execute(query.order_by(*_BY_FEED))]

    def find(self, url: str) -> EntryHistory | None:
        """Return the entry with this id or URL, or whose article has this URL; no article."""
        by_article = sa.select(schema.articles.c.id).where(schema.articles.c.url == url)
        for found in (
            _entries.c.id == url,
            sa.and_(_entries.c.url == url, _entries.c.url != ""),
            _entries.c.id.in_(by_article),
        ):
            query = sa.select(_entries).where(found).order_by(_entries.c.first_seen_at.desc())
            row = self._connection.execute(query.limit(1)).first()
            if row is not None:
                return replace(_history(row), revisions=tuple(self.revisions(row.id)))
        return None


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
        "fingerprint": fingerprint(entry),
        "source_name": entry.source_name,
        "source_url": entry.source_url,
    }


def _history(row: Any) -> EntryHistory:
    return EntryHistory(
        id=row.id,
        feed_url=row.feed_url,
        url=row.url,
        title=row.title,
        first_seen_at=row.first_seen_at,
        outcome=EntryOutcome(row.outcome),
        reason=row.reason,
        story_id=row.story_id,
        article=None,
    )


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
        source_name=row.source_name,
        source_url=row.source_url,
    )


def _age(row: Any) -> tuple[datetime, str]:
    return row.first_seen_at, row.id
