"""How a feed is doing: how often it brings something, what troubles it, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.core import polling
from digest.core.discreet import shown, shown_in
from digest.models import Entry, Feed, FeedState

_RECENT = timedelta(days=90)  # before the newest entry; what a feed did before tells little
_SHORTEST = timedelta(days=2)  # entries put out at once say nothing of a pace
_FEWEST = 3  # entries that tell a pace
_AHEAD = timedelta(days=1)  # so far a date may lie in the future: clocks and time zones
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)

_PATIENCE = timedelta(days=14)  # no silence is worth a word before
_USUAL_GAPS = 5  # nor before so many times the usual time between two entries


class Condition(StrEnum):
    """How a feed is, worst first."""

    GONE = "gone"
    FAILING = "failing"
    FALLBACK = "fallback"
    SILENT = "silent"
    PUT_OFF = "put off"
    MOVED = "moved"
    NAMED = "has a feed"
    UNREAD = "not read yet"
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
    next_at: datetime | None = None  # when it may be asked; None: now, or never where it is gone


def activity(entries: Iterable[Entry], now: datetime) -> tuple[float | None, datetime | None]:
    """Return how many entries a week a feed brings, and when the newest came, by their dates.

    The pace is that of the 90 days before the newest entry; None with fewer than three dates, or
    all within two days. Dates more than a day ahead of ``now`` do not count, and the newest is
    never later than ``now``.
    """
    dates = sorted(
        e.published_at for e in entries if e.published_at and e.published_at <= now + _AHEAD
    )
    if not dates:
        return None, None
    newest = dates[-1]
    recent = [at for at in dates if newest - at <= _RECENT]
    # Hardly any in 90 days: the pace is slow, and older dates tell how slow.
    counted = recent if len(recent) >= _FEWEST else dates[-_FEWEST:]
    span = newest - counted[0]
    if len(counted) < _FEWEST or span < _SHORTEST:
        return None, min(newest, now)
    return (len(counted) - 1) * (_WEEK / span), min(newest, now)


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


def examine(
    feed: Feed,
    states: Mapping[str, FeedState],
    now: datetime,
    put_off: Callable[[str], datetime | None] = lambda _address: None,
) -> Health:
    """Return how a feed is, by what the store remembers of all feeds, by address.

    ``put_off`` says until when the site of an address asked to be left alone, if it did.
    """
    state = states.get(feed.url) or FeedState(feed.url)
    times = [put_off(url) for url in (state.address or feed.url, state.moved_to) if url]
    quiet = max((at for at in times if at is not None and at > now), default=None)
    source = _standing_in(feed, state, states, quiet)
    due = state.due_at if polling.waits(state, now) is not None else None
    next_at = max((at for at in (due, quiet) if at is not None and at > now), default=None)
    condition, advice = _judge(feed, state, source, now, quiet, next_at)
    return Health(
        feed,
        feed.name or state.title or shown(feed.url),
        condition,
        advice,
        state.succeeded_at,
        state.failures,
        source.per_week,
        silence(source, now),
        state.status,
        next_at,
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


def span_of(span: timedelta) -> str:
    """Return a span of time in short: "<1m", "5m", "3h" or "12d"."""
    if span >= 2 * _DAY:
        return f"{span // _DAY}d"
    hours = span // timedelta(hours=1)
    if hours > 0:
        return f"{hours}h"
    return f"{span // _MINUTE}m" if span >= _MINUTE else "<1m"


def trouble_of(error: str, url: str, subject: str = "") -> str:
    """Return what went wrong without the address it was told of, and without secrets in others.

    ``subject`` ("it") takes the place of the address where a sentence began with it.
    """
    told, address = shown_in(error), shown(url)
    if told.startswith(f"{address}: "):
        return told.removeprefix(f"{address}: ")
    if told.startswith(f"{address} "):
        return f"{subject} {told.removeprefix(address).strip()}".strip()
    return told


def advice_for(what: str, status: int | None) -> str:
    """Return what went wrong, and what a person should do where waiting will not help."""
    if status in (401, 403):
        return f"{what}: the site refuses programs; look for another feed, or remove it"
    if status == 404:
        seek = "look for its new one with `digest feeds check HOME-PAGE`"
        return f"{what}: its address leads nowhere; {seek}"
    if status == 410:
        return f"{what}: it is gone for good; take it out with `digest feeds remove`"
    return ""


def _standing_in(
    feed: Feed, state: FeedState, states: Mapping[str, FeedState], quiet: datetime | None
) -> FeedState:
    """Return the state of the fallback that is read in a feed's place, or the feed's own."""
    if state.succeeded_at is not None and not state.failures and quiet is None:
        return state
    known = (states[url] for url in feed.fallbacks if url in states)
    return next((other for other in known if _is_fresher(other, state)), state)


def _judge(
    feed: Feed,
    state: FeedState,
    source: FeedState,
    now: datetime,
    quiet: datetime | None,
    next_at: datetime | None,
) -> tuple[Condition, str]:
    if state.gone:
        return Condition.GONE, (
            "it is gone for good (410): take it out with `digest feeds remove`, "
            "or ask once more with `digest feeds check`"
        )
    asked = ""  # by the site, and that is all that keeps us from the feed
    if quiet is not None and (not state.failures or state.status in polling.BUSY):
        asked = f"left alone until {polling.moment(quiet, now)}"
    if source is not state:
        why = f"its site is {asked}" if asked else trouble_of(state.error, feed.url, "it")
        why = why or "it has not been read yet"
        return Condition.FALLBACK, f"`{shown(source.url)}` is read in its place: {why}"
    if asked:
        return Condition.PUT_OFF, asked
    if state.checked_at is None:
        return Condition.UNREAD, "it is read in the next run"
    if state.failures:
        return Condition.FAILING, _failure(state, now, next_at)
    if is_too_silent(state, now):
        silent = silence(state, now) or timedelta()
        pace = f"; it brought {pace_of(state.per_week)}" if state.per_week else ""
        return Condition.SILENT, (
            f"nothing new for {silent.days} days{pace}: see whether its site has another feed"
        )
    address = state.address or (state.moved_to if state.moved_times > 1 else "")
    if address and address != feed.url:
        put = f"put `url: {shown(address)}` in the place of its address"
        if state.moved_to:
            return Condition.MOVED, f"it moved for good: {put}"
        return Condition.NAMED, f"it is a web page that names its feed: {put}"
    return Condition.HEALTHY, ""


def _failure(state: FeedState, now: datetime, next_at: datetime | None) -> str:
    what = trouble_of(state.error, state.url) or "its last answer was of no use"
    if advice := advice_for(what, state.status):
        return advice
    if what.endswith("not a feed"):
        return f"{what}; look for its feed with `digest feeds check HOME-PAGE`"
    times = f", {state.failures} times in a row" if state.failures > 1 else ""
    again = f"in {span_of(next_at - now)}" if next_at else "in the next run"
    return f"{what}{times}; it is tried again {again}"


def _is_fresher(other: FeedState, state: FeedState) -> bool:
    """Decide whether a fallback answered well since the feed itself last did."""
    if other.failures or other.succeeded_at is None:
        return False
    return state.succeeded_at is None or other.succeeded_at > state.succeeded_at
