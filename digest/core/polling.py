"""When a feed may be asked again, where, and whether at all: old state + what came → new state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from digest.core import httptimes
from digest.models import FeedState, Validators

LONGEST_HINT = timedelta(hours=24)  # no feed is left alone for longer because it wishes so
DAILY = timedelta(hours=23)  # a run once a day finds a feed due that may be kept for a day
FIRST_PAUSE = timedelta(minutes=15)  # after passing trouble; doubled each time
LONGEST_PAUSE = timedelta(hours=20)  # so that a run once a day always tries
FIRST_REFUSAL = timedelta(hours=1)  # after another 4xx; four times as long each time
LONGEST_REFUSAL = timedelta(days=7)
LEAST_SERVED = timedelta(minutes=15)  # between two times a service asks a feed
RETIRED = "retired: not asked again until `digest feeds check` finds it back"
BUSY = frozenset((429, 503))  # with these a site asks to be left alone for a while
HELD = 2  # answers in a row after which a permanent redirect is believed

_PASSING_4XX = frozenset((408, 425, 429))
_NOT_THERE = frozenset((None, 401, 403, 404, 410))  # of an address that took the place of another


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a feed is not asked now; ``trouble``: by something that went wrong, not by its wish."""

    note: str  # one phrase for a person
    trouble: bool


def after_answer(
    state: FeedState, headers: Mapping[str, str], ttl: timedelta | None, now: datetime
) -> FeedState:
    """Return the state after a 200 or 304 that could be used.

    The feed is due after the longest of its own ``ttl``, Cache-Control's max-age (less Age),
    Expires and Retry-After, at most LONGEST_HINT; at once where none is given. RFC 9111, 5.2, 5.3.
    """
    wished = httptimes.retry_after(headers, now) or timedelta()
    hint = min(max(ttl or timedelta(), _kept_by_cache(headers, now), wished), LONGEST_HINT)
    return replace(
        state,
        checked_at=now,
        succeeded_at=now,
        failures=0,
        gone=False,
        error="",
        due_at=now + hint if hint > timedelta() else None,
        ttl=ttl,
    )


def after_move(state: FeedState, moved_to: str | None) -> FeedState:
    """Return the state after an answer whose permanent redirects led to ``moved_to`` (None: none).

    After HELD such answers in a row the new address is asked in place of the configured one.
    """
    if moved_to is None:
        if state.address and state.address == state.moved_to:
            return state  # it was asked where it had moved to
        return replace(state, moved_to=None, moved_times=0)
    times = state.moved_times + 1 if moved_to == state.moved_to else 1
    moved = replace(state, moved_to=moved_to, moved_times=times)
    if times < HELD:
        return moved
    if moved_to == state.url:  # back where it was
        return replace(state, address="", moved_to=None, moved_times=0)
    return replace(moved, address=moved_to)


def after_failure(
    state: FeedState,
    status: int | None,
    retry_after: float | None,
    now: datetime,
    jitter: float,
    *,
    error: str = "",
) -> FeedState:
    """Return the state after an answer that could not be used (``status`` None: none came).

    ``retry_after`` is in seconds, ``jitter`` from 0 to 1. 5xx, timeouts and what could not be read
    are tried again after FIRST_PAUSE, then twice as long each time; other 4xx after FIRST_REFUSAL,
    then four times as long. A 410 of the configured address retires the feed. An address that
    took its place and is not there any more gives way to it at once.
    """
    failures = state.failures + 1
    failed = replace(state, status=status, checked_at=now, failures=failures, error=error)
    if state.address and status in _NOT_THERE:
        # Its validators are those of another address. Found on a page, it is looked for anew.
        return replace(
            failed,
            address="",
            moved_to=None,
            moved_times=0,
            due_at=None,
            validators=Validators(),
            title=state.title if state.address == state.moved_to else "",
        )
    if status == 410:
        return replace(failed, gone=True, due_at=None)
    if status is not None and 400 <= status < 500 and status not in _PASSING_4XX:
        pause = _grown(FIRST_REFUSAL, 4, failures, LONGEST_REFUSAL)
    else:
        pause = _grown(FIRST_PAUSE, 2, failures, LONGEST_PAUSE)
        pause = min(pause * (1 + min(max(jitter, 0.0), 1.0) / 2), LONGEST_PAUSE)
    wished = min(timedelta(seconds=_bounded(retry_after)), LONGEST_HINT)
    return replace(failed, due_at=now + max(pause, wished))


def waits(state: FeedState, now: datetime, least: timedelta = timedelta()) -> Wait | None:
    """Return why a feed is not to be asked at ``now``, or None.

    ``least`` is the least pause since it was last asked. Without one, as for a run once a day, no
    wish of a feed that answers holds for longer than DAILY.
    """
    if state.gone:
        return Wait(RETIRED, trouble=True)
    checked = state.checked_at
    if checked is None or checked > now:  # the clock was set back: what is stored says nothing
        return None
    due = state.due_at or checked
    if not state.failures and not least:
        due = min(due, checked + DAILY)
    if now < due:
        why = "after trouble" if state.failures else "as the feed wishes"
    elif now < checked + least:
        due, why = checked + least, "as it was asked a moment ago"
    else:
        return None
    return Wait(f"asked again from {moment(due, now)}, {why}", trouble=bool(state.failures))


def moment(until: datetime, now: datetime) -> str:
    """Return a time for a person, with the day where it is another than today's (UTC)."""
    until, now = until.astimezone(UTC), now.astimezone(UTC)
    return f"{until:%H:%M} UTC" if until.date() == now.date() else f"{until:%d %B %H:%M} UTC"


def _grown(first: timedelta, factor: int, times: int, most: timedelta) -> timedelta:
    scale: int = factor ** min(times - 1, 12)
    return min(first * scale, most)


def _bounded(seconds: float | None) -> float:
    """Return a number of seconds that fits a timedelta; 0 for none and for nonsense."""
    if seconds is None or not seconds > 0:
        return 0.0
    return min(seconds, LONGEST_REFUSAL.total_seconds())


def _kept_by_cache(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long an answer stays fresh by its headers: the longer of max-age and Expires.

    For a cache max-age alone would count; a feed is not asked before either has passed.
    """
    directives = _directives(headers.get("cache-control", ""))
    if "no-cache" in directives or "no-store" in directives:
        return timedelta()
    age = httptimes.seconds(headers.get("age", "")) or timedelta()
    longest = httptimes.seconds(directives.get("max-age", "")) or timedelta()
    expires = httptimes.date(headers.get("expires", ""))
    until = timedelta() if expires is None else expires - httptimes.sent_at(headers, now)
    return max(longest - age, until - age, timedelta())


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value[:1_000].split(","))
    return {name.strip().lower(): told for name, _, told in pairs}
