"""What a store remembers, taken out without its texts, and put into another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import articles, editions, schema
from digest.adapters.store.chunks import chunks
from digest.adapters.store.entries import Entries, entry_row
from digest.adapters.store.ledger import Ledger
from digest.adapters.store.sources import Sources, feed_row, host_row
from digest.errors import StoreError
from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    FeedKind,
    FinishedOutput,
    KeptEntry,
    Selected,
    State,
    Trace,
)

_UNJUDGED = (EntryOutcome.PENDING, EntryOutcome.READ)

_entries = schema.entries
_articles = schema.articles
_traces = schema.traces
_editions = schema.editions
_finished = schema.finished_outputs

_NOT_SEARCHED = _entries.c.outcome != EntryOutcome.FOUND
_LATE = _articles.c.first_seen_at > sa.bindparam("since", type_=schema.UtcTime)
_LATE_ARTICLES = (
    sa.select(*(c if c.name != "text" else sa.literal("").label("text") for c in articles.FIELDS))
    .join(_entries, _entries.c.id == _articles.c.id)
    .where(_NOT_SEARCHED, _LATE)
    .order_by(_articles.c.first_seen_at, _articles.c.id)
)
# An article and its entry may have been seen first at different times: where one goes, both go.
_LATE_ENTRIES = (
    sa.select(*(_entries.c[field.name] for field in fields(KeptEntry)))
    .where(
        _NOT_SEARCHED,
        (_entries.c.first_seen_at > sa.bindparam("since", type_=schema.UtcTime))
        | _entries.c.id.in_(sa.select(_articles.c.id).where(_LATE)),
    )
    .order_by(_entries.c.first_seen_at, _entries.c.id)
)
_LATE_TRACES = (
    sa.select(_traces)
    .join(_articles, _articles.c.id == _traces.c.article_id)
    .join(_entries, _entries.c.id == _traces.c.article_id)
    .where(_NOT_SEARCHED, _LATE)
    .order_by(_traces.c.article_id)
)
_LATE_EDITIONS = sa.select(_editions).where(
    _editions.c.closes > sa.bindparam("since", type_=schema.UtcTime)
)
_LATE_FINISHED = (
    sa.select(_finished)
    .join(_editions, _editions.c.id == _finished.c.edition_id)
    .where(_editions.c.closes > sa.bindparam("since", type_=schema.UtcTime))
    .order_by(_finished.c.edition_id, _finished.c.output)
)


class Memory:
    """Takes a state out and puts one in; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def traces(self, ids: Iterable[str]) -> dict[str, Trace]:
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Trace] = {}
        for chunk in chunks(wanted):
            query = sa.select(_traces).where(_traces.c.article_id.in_(chunk))
            found.update((row.article_id, _trace(row)) for row in self._connection.execute(query))
        return found

    def state(self, sources: Sources, since: datetime) -> State:
        def rows(query: Any) -> Any:
            return self._connection.execute(query, {"since": since})

        newest_last = (_editions.c.date, _editions.c.closes, _editions.c.id)
        feeds = sources.feeds()
        return State(
            feeds=tuple(feeds[url] for url in sorted(feeds)),
            entries=tuple(_kept_entry(row) for row in rows(_LATE_ENTRIES)),
            articles=tuple(articles.article_of(row) for row in rows(_LATE_ARTICLES)),
            traces=tuple(_trace(row) for row in rows(_LATE_TRACES)),
            editions=tuple(
                editions.edition_of(row) for row in rows(_LATE_EDITIONS.order_by(*newest_last))
            ),
            finished=tuple(
                FinishedOutput(row.edition_id, row.output, row.at) for row in rows(_LATE_FINISHED)
            ),
            hosts=sources.put_off(since),
        )

    def load(self, state: State, entries: Entries, ledger: Ledger) -> None:
        """Add what is not here. An article and its trace come with their entry or not at all."""
        self._add(schema.feeds, [feed_row(feed) for feed in state.feeds])
        self._add(schema.hosts, [host_row(host) for host in state.hosts])
        here = set(entries.known(entry.id for entry in state.entries))
        new = {e.id: e for e in reversed(state.entries) if e.id not in here}
        threads = {a.id for a in state.articles if a.kind is FeedKind.DISCUSSION}
        loaded = [_to_be_read(new[key], threads) for key in reversed(new)]
        self._add(_entries, [_entry_row(entry) for entry in loaded])
        judged = {entry.id for entry in loaded if entry.outcome not in _UNJUDGED}
        self._refuse_strays(state.articles, here | new.keys(), entries)
        bare = [replace(each, text="") for each in state.articles if each.id in judged]
        self._add(_articles, [articles.row_of(article) for article in bare])
        traced = judged.intersection(article.id for article in bare)
        self._add(_traces, [_trace_row(t) for t in state.traces if t.article_id in traced])
        self._add(_editions, [editions.row_of(edition) for edition in state.editions])
        told = {e.id: e.record for e in state.editions}
        query = sa.select(_editions.c.id, _editions.c.record).where(_editions.c.id.in_(told))
        # Where the store has an edition of its own by that name, its outputs are its own matter.
        same = {row.id for row in self._connection.execute(query) if row.record == told[row.id]}
        ledger.finish(
            (f.edition_id, f.output, f.at) for f in state.finished if f.edition_id in same
        )

    def _refuse_strays(
        self, told: Sequence[Article], known: Iterable[str], entries: Entries
    ) -> None:
        strays = {article.id for article in told}.difference(known)
        if strays.difference(entries.known(strays)):
            raise StoreError("the state holds articles without their entries: nothing was loaded")

    def _add(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table).on_conflict_do_nothing(), rows)


def _to_be_read(entry: KeptEntry, threads: set[str]) -> KeptEntry:
    """Return an unjudged entry as one to be read; of a thread or without a link, as it is."""
    if entry.outcome is EntryOutcome.READ and entry.url and entry.id not in threads:
        return replace(entry, outcome=EntryOutcome.PENDING)
    return entry


def _entry_row(kept: KeptEntry) -> dict[str, Any]:
    entry = Entry(
        id=kept.id,
        feed_url=kept.feed_url,
        guid=kept.guid,
        url=kept.url,
        title=kept.title,
        published_at=kept.published_at,
        source_name=kept.source_name,
        source_url=kept.source_url,
    )
    row = entry_row(Selected(entry, kept.outcome, kept.reason), kept.first_seen_at)
    return row | {"story_id": kept.story_id, "fingerprint": kept.fingerprint}


def _kept_entry(row: Any) -> KeptEntry:
    return KeptEntry(**dict(row._mapping) | {"outcome": EntryOutcome(row.outcome)})


def _trace_row(trace: Trace) -> dict[str, Any]:
    return {
        "article_id": trace.article_id,
        "facts": sorted(trace.facts),
        "shingles": sorted(trace.shingles),
    }


def _trace(row: Any) -> Trace:
    return Trace(row.article_id, frozenset(row.facts), frozenset(row.shingles))
