"""Whose entry is it, when several feeds carry the same address?"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from digest.core.urls import registrable_domain
from digest.models import Entry, EntryOutcome, Feed, FeedKind, Known, Wishes


@dataclass(frozen=True)
class Offer:
    """An entry as one feed gives it; ``outcome`` is PENDING (open its page) or READ."""

    feed: Feed
    entry: Entry
    outcome: EntryOutcome
    reason: str
    feed_title: str
    own: frozenset[str]  # registrable domains that are the feed's own
    wishes: Wishes = Wishes()  # for the feed's own text
    address: str = ""  # where the feed was read; "" for its configured address


def settled(known: Known | None, feed: Feed, configured: Container[str]) -> bool:
    """Decide whether an entry that ``feed`` lists needs no further look.

    Not settled is what nobody stored, what only a search found, what another feed's thread or
    judgement kept from being read, and what was left to be read by a feed no longer configured.
    """
    if known is None or known.outcome is EntryOutcome.FOUND:
        return False
    if known.kind is not None:
        thread = known.kind is FeedKind.DISCUSSION
        return not (thread and feed.kind is FeedKind.NEWS)
    if known.outcome in (EntryOutcome.PENDING, EntryOutcome.READ):
        return known.feed_url in configured
    return known.feed_url == feed.url


def better(new: Offer, old: Offer) -> bool:
    """Decide whether ``new`` should own the entry that ``old`` does.

    News before discussion, the outlet's own feed before others, then trust; the address of the
    feed settles what is left, so that the order of arrival changes nothing.
    """
    return _order(new) < _order(old)


def _order(offer: Offer) -> tuple[object, ...]:
    return (
        offer.feed.kind is FeedKind.DISCUSSION,
        offer.outcome is not EntryOutcome.PENDING,
        registrable_domain(offer.entry.url) not in offer.own,
        -offer.feed.trust,
        offer.feed.url,
    )
