"""Entries that a feed gives again with other texts, or under another address: kept, and no news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.core import revising, samepage
from digest.models import Entry, EntryOutcome, Feed, Known
from digest.ports import Store

_NOT_READ = (EntryOutcome.PENDING, EntryOutcome.FOUND)  # their texts are still to be taken


def respelled(
    store: Store, entries: Sequence[Entry], since: datetime, taken: Callable[[str], bool]
) -> tuple[Entry, ...]:
    """Return the entries, a new one under the identity that its page has by another spelling.

    One that is stored, or ``taken`` up in this round. What was published before ``since`` is no
    news by any address.
    """
    late = [e for e in entries if e.published_at is None or e.published_at >= since]
    known = store.known_entries(e.id for e in late)
    siblings = {e.id: samepage.sibling_ids(e) for e in late if not (e.id in known or taken(e.id))}
    stored = store.known_entries(i for ids in siblings.values() for i in ids)

    def held(entry: Entry) -> Entry:
        ids = siblings.get(entry.id, ())
        other = next((i for i in ids if i in stored or taken(i)), None)
        return entry if other is None else replace(entry, id=other)

    return tuple(held(entry) for entry in entries)


def renamed(
    store: Store, feed: Feed, entries: Sequence[Entry], known: Mapping[str, Known]
) -> dict[str, str]:
    """Return the entries that are stored under another address: the id there, by their own id.

    A guid that a feed gives to several entries says nothing.
    """
    times = Counter(e.guid for e in entries)
    new = [e for e in entries if e.id not in known and e.guid and times[e.guid] == 1]
    stored = store.known_guids(feed.url, [e.guid for e in new]) if new else {}
    return {
        e.id: old.id
        for e in new
        if (old := stored.get(e.guid)) is not None and revising.same(old, e)
    }


def keep(
    store: Store,
    feed: Feed,
    entries: Sequence[Entry],
    known: Mapping[str, Known],
    renamed: Mapping[str, str],
    now: datetime,
) -> list[Entry]:
    """Store what the feed's own entries tell anew; return those no edition has judged yet."""
    before = {**known, **(store.known_entries(renamed.values()) if renamed else {})}
    waiting = []
    for entry in entries:
        key = renamed.get(entry.id, entry.id)
        old = before.get(key)
        if old is None or old.feed_url != feed.url or old.outcome in _NOT_READ:
            continue
        if not revising.revised(old, entry):
            continue
        store.save_revision(revising.revision(key, entry, now), revising.fingerprint(entry))
        if old.outcome is EntryOutcome.READ and old.kind is not None and key == entry.id:
            waiting.append(entry)
    return waiting
