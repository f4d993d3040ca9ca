"""How a feed is doing: how often it brings something, what troubles it, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.core.discreet import without_secrets
from digest.models import Entry, Feed, FeedState

_RECENT = timedelta(days=90)  # before the newest entry; what a feed did before tells little
_SHORTEST = timedelta(hours=1)  # entries put out at once say nothing of a pace
_AHEAD = timedelta(days=1)  # so far a date may lie in the future: clocks and time zones
_WEEK = timedelta(days=7)

_PATIENCE = timedelta(days=14)  # no silence is worth a word before
_USUAL_GAPS = 5  # nor before so many times the usual time between two entries
_LASTING = 3  # failures in a row after which a person should look


class Condition(StrEnum):
    """How a feed is, worst first."""

    GONE = "gone"
    FAILING = "failing"
    FALLBACK = "fallback"
    SILENT = "silent"
    MOVED = "moved"
    UNASKED = "not asked"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Health:
    """A feed's state as a person wants to know it."""

    feed: Feed
    name: str
    condition: Condition
    advice: str = ""  # what is the matter and what to do, in a sentence; "" where all is well
    last_success_at: datetime | None = None
    failures: int = 0  # in a row
    per_week: float | None = None
    silent_for: timedelta | None = None  # since its newest entry
    status: int | None = None  # of its last answer


def activity(entries: Iterable[Entry], now: datetime) -> tuple[float | None, datetime | None]:
    """Return how many entries a week a feed brings, and when the newest came, by their dates.

    The pace is that of the 90 days before the newest entry; None with fewer than two dates. Dates
    more than a day ahead of ``now`` do not count, and the newest is never later than ``now``.
    """
    dates = sorted(
        e.published_at for e in entries if e.published_at and e.published_at <= now + _AHEAD
    )
    if not dates:
        return None, None
    newest = dates[-1]
    recent = [at for at in dates if newest - at <= _RECENT]
    # One entry in 90 days: the pace is slower than that, and older dates tell how slow.
    counted = recent if len(recent) > 1 else dates[-2:]
    span = newest - counted[0]
    if not span:
        return None, min(newest, now)
    per_week = (len(counted) - 1) * (_WEEK / max(span, _SHORTEST))
    return per_week, min(newest, now)


def silence(state: FeedState, now: datetime) -> timedelta | None:
    """Return how long ago a feed's newest entry came; None where that is not known."""
    return max(now - state.newest_at, timedelta()) if state.newest_at else None


def is_too_silent(state: FeedState, now: datetime) -> bool:
    """Decide whether a feed is silent for longer than suits it.

    After 14 days or five times its usual gap between entries, whichever is longer; after 90 days
    where its pace is not known.
    """
    silent = silence(state, now)
    if silent is None:
        return False
    if not state.per_week:
        return silent > _RECENT
    gaps = min(_USUAL_GAPS / state.per_week, 5_000.0)  # in weeks, and no more than a date holds
    return silent > max(_PATIENCE, gaps * _WEEK)


def examine(feed: Feed, states: Mapping[str, FeedState], now: datetime) -> Health:
    """Return how a feed is, by what the store remembers of all feeds, by address."""
    state = states.get(feed.url)
    name = feed.name or (state.title if state else "") or without_secrets(feed.url)
    if state is None or state.checked_at is None:
        return Health(feed, name, Condition.UNASKED, "it is asked in the next run")
    source = _standing_in(feed, state, states)
    condition, advice = _judge(feed, state, source, now)
    return Health(
        feed,
        name,
        condition,
        advice,
        state.succeeded_at,
        state.failures,
        source.per_week,
        silence(source, now),
        state.status,
    )


def worst_first(healths: Iterable[Health]) -> list[Health]:
    """Return the feeds with the troubled ones first; those alike stay in their order."""
    order = list(Condition)
    return sorted(healths, key=lambda h: (order.index(h.condition), -h.failures))


def pace_of(per_week: float) -> str:
    """Return a pace in words: "12 a week", "one in 3 weeks"."""
    if per_week >= 0.75:
        return f"{per_week:,.0f} a week"
    return f"one in {1 / per_week:,.0f} weeks" if per_week > 0.0001 else "hardly any"


def _standing_in(feed: Feed, state: FeedState, states: Mapping[str, FeedState]) -> FeedState:
    """Return the state of the fallback that is read in a feed's place, or the feed's own."""
    if not state.failures:
        return state
    known = (states[url] for url in feed.fallbacks if url in states)
    return next((other for other in known if _is_fresher(other, state)), state)


def _judge(feed: Feed, state: FeedState, source: FeedState, now: datetime) -> tuple[Condition, str]:
    if state.gone:
        return Condition.GONE, (
            "it is gone for good (410): take it out with `digest feeds remove`, "
            "or ask once more with `digest feeds check`"
        )
    error = _without(state.error, feed.url) or "its last answer was of no use"
    if source is not state:
        return Condition.FALLBACK, f"{without_secrets(source.url)} stands in for it, since {error}"
    if state.failures:
        lasting = state.failures >= _LASTING
        return Condition.FAILING, error + ("; `digest feeds check` tells more" if lasting else "")
    if is_too_silent(state, now):
        silent = silence(state, now) or timedelta()
        pace = f"; it brought {pace_of(state.per_week)}" if state.per_week else ""
        return Condition.SILENT, (
            f"nothing new for {silent.days} days{pace}: see whether its site has another feed"
        )
    address = state.address or (state.moved_to if state.moved_times > 1 else "")
    if address and address != feed.url:
        why = "it moved for good" if state.moved_to else "it is a web page that names its feed"
        return Condition.MOVED, f"{why}: put `url: {address}` in the place of its address"
    return Condition.HEALTHY, ""


def _is_fresher(other: FeedState, state: FeedState) -> bool:
    """Decide whether a fallback answered well since the feed itself last did."""
    if other.failures or other.succeeded_at is None:
        return False
    return state.succeeded_at is None or other.succeeded_at > state.succeeded_at


def _without(error: str, url: str) -> str:
    """Return what went wrong, the address left out: it is told beside it."""
    return error.removeprefix(url).strip(": ") if error else ""
