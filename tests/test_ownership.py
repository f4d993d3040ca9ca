"""Whose entry is it, when several feeds carry the same address?"""

from __future__ import annotations

import pytest

from digest.core.ownership import Offer, better, settled
from digest.models import Entry, EntryOutcome, Feed, FeedKind, Known

HERE = Feed("http://wire.test/feed")
THERE = Feed("http://tech.test/feed")
THREAD = Feed("http://forum.test/feed", kind=FeedKind.DISCUSSION)
ENTRY = Entry("e", HERE.url, "e", "http://wire.test/story", "A story")


def offer(feed: Feed, outcome: EntryOutcome = EntryOutcome.PENDING, own: str = "") -> Offer:
    return Offer(feed, ENTRY, outcome, "new", "", frozenset({own}))


@pytest.mark.parametrize(
    ("known", "feed", "expected"),
    [
        (None, HERE, False),
        (Known(THERE.url, EntryOutcome.FOUND, FeedKind.NEWS), HERE, False),
        (Known(HERE.url, EntryOutcome.OFF_TOPIC, None), HERE, True),
        (Known(THERE.url, EntryOutcome.OFF_TOPIC, None), HERE, False),
        (Known(THERE.url, EntryOutcome.PUBLISHED, FeedKind.NEWS), HERE, True),
        (Known(THREAD.url, EntryOutcome.COMMENTARY, FeedKind.DISCUSSION), HERE, False),
        (Known(THREAD.url, EntryOutcome.COMMENTARY, FeedKind.DISCUSSION), THREAD, True),
        (Known(THERE.url, EntryOutcome.PENDING, None), HERE, True),
        (Known("http://gone.test/feed", EntryOutcome.PENDING, None), HERE, False),
    ],
)
def test_what_needs_no_further_look(known: Known | None, feed: Feed, expected: bool) -> None:
    assert settled(known, feed, {HERE.url, THERE.url, THREAD.url}) is expected


def test_news_beats_threads_the_own_feed_others_and_trust_the_rest() -> None:
    own = offer(HERE, own="wire.test")
    other = offer(THERE)
    trusted = offer(Feed("http://zeta.test/feed", trust=2.0))
    thread = offer(THREAD, EntryOutcome.READ)
    ranked = [own, trusted, other, thread]
    for n, first in enumerate(ranked):
        for second in ranked[n + 1 :]:
            assert better(first, second)
            assert not better(second, first)
