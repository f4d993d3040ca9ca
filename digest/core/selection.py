"""Entries + what is known + now → which are new, which are worth opening, and why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from digest.core import wrappers
from digest.models import Entry, EntryOutcome, Feed, FeedKind, Selected

PAGES_PER_FEED = 50  # opened in one run; the newest go first, the others wait for the next run
UNDATED_AT_FIRST = 10  # undated entries taken from a feed never seen before: likely an archive
AGGREGATED = "an aggregator's link that leads nowhere without asking it; its headline is used"

Judge = Callable[[Entry], tuple[EntryOutcome | None, str]]
"""Decides on content: (None, why it is wanted) or (an outcome that ends it, why)."""


def select(
    entries: Iterable[Entry],
    *,
    feed: Feed,
    known: Collection[str],
    opens: datetime,
    judge: Judge,
    limit: int = PAGES_PER_FEED,
) -> list[Selected]:
    """Return a decision on each entry whose id is not in ``known``, in the order given.

    PENDING: open its page. READ: the feed's own text is all there is or all that may be used.
    OLD: published before ``opens``. Anything else is what ``judge`` said. Entries over ``limit``
    pages are left out, so that the next run finds them new; ``entries`` come newest first. An
    entry dated in the future counts as new. Whether the feed was seen before shows in ``known``.
    """
    selected: list[Selected] = []
    seen: set[str] = set()
    listed = list(entries)
    undated_left = len(listed) if any(e.id in known for e in listed) else UNDATED_AT_FIRST
    pages = waiting = 0
    for entry in listed:
        if entry.id in known or entry.id in seen:
            continue
        seen.add(entry.id)
        if entry.published_at is None:
            undated_left -= 1
        outcome, reason = _decide(entry, feed, opens, judge, undated_left >= 0)
        if outcome is EntryOutcome.PENDING:
            if pages >= limit:
                waiting += 1
                continue
            pages += 1
        selected.append(Selected(entry, outcome, reason))
    return _say_waiting(selected, waiting)


def _decide(
    entry: Entry, feed: Feed, opens: datetime, judge: Judge, undated_is_new: bool
) -> tuple[EntryOutcome, str]:
    if entry.published_at is None:
        if not undated_is_new:
            return EntryOutcome.OLD, "undated, far down in a feed seen for the first time"
    elif entry.published_at < opens:
        return (
            EntryOutcome.OLD,
            f"published {entry.published_at:%Y-%m-%d %H:%M} UTC, before the window",
        )
    verdict, reason = judge(entry)
    if verdict is not None:
        return verdict, reason
    if feed.kind is FeedKind.DISCUSSION:
        return EntryOutcome.READ, _both("a discussion: its page is not opened", reason)
    if not feed.open_pages:
        return EntryOutcome.READ, _both("the feed's own text is used", reason)
    if not entry.url:
        return EntryOutcome.READ, _both("the feed gives no link", reason)
    if wrappers.tells_nothing(entry.url):
        return EntryOutcome.READ, _both(AGGREGATED, reason)
    return EntryOutcome.PENDING, _both("new", reason)


def _both(what: str, why: str) -> str:
    return f"{what}; {why}" if why else what


def _say_waiting(selected: list[Selected], waiting: int) -> list[Selected]:
    """Return the list with a word, on the last page chosen, about those left for the next run."""
    if waiting:
        for at in range(len(selected) - 1, -1, -1):
            last = selected[at]
            if last.outcome is EntryOutcome.PENDING:
                reason = f"{last.reason}; {waiting} more of this feed wait for the next run"
                selected[at] = Selected(last.entry, last.outcome, reason)
                break
    return selected
