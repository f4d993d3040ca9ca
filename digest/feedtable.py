"""Feeds as a person reads of them: how they are, as a table, and what a check found, one by one."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from digest.checking import Checked, PageCheck
from digest.core import polling
from digest.core.discreet import without_secrets
from digest.core.health import Condition, Health, pace_of
from digest.models import FeedState, Quality
from digest.render.columns import columns
from digest.render.printable import line
from digest.render.wording import count

WIDTH = 80
_NAME = 19  # columns
_CATEGORY = 9
_DAY = timedelta(days=1)
_LABEL = 10
_TYPED = re.compile("`[^`]{1,60}`")
_FIXED = "\u00a0"  # a space where no line is broken
_HEADINGS = ("feed", "category", "state", "heard", "failed", "a week", "silent", "next")

_QUALITY = {
    Quality.FULL: "full text",
    Quality.TEASER: "a teaser only",
    Quality.CONSENT: "a cookie notice, not the article",
    Quality.ERROR: "an error, not the article",
    Quality.FEED_ONLY: "less than the feed itself",
}


# --- the list --------------------------------------------------------------------------------


def health_table(
    listed: Sequence[Health], states: Mapping[str, FeedState], now: datetime
) -> Iterator[str]:
    """Yield the lines of a table of feeds, what to do about those in trouble, and the sum."""
    rows: list[tuple[str, ...]] = [_HEADINGS]
    rows += [_row(health, states.get(health.feed.url), now) for health in listed]
    widths = [max(columns(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            _padded(cell, width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
    advised = [h for h in listed if h.advice and h.condition is not Condition.UNASKED]
    if advised:
        yield ""
    for health in advised:
        yield _hanging(f"! {line(health.name)}: {line(health.advice)}", "  ")
    yield ""
    yield _sum(listed)


def health_record(health: Health, state: FeedState | None) -> dict[str, object]:
    """Return a feed's health as values for JSON."""
    silent = health.silent_for
    return {
        "url": health.feed.url,
        "name": health.name,
        "category": health.feed.category,
        "state": str(health.condition),
        "advice": health.advice or None,
        "http_status": health.status,
        "last_success_at": _iso(health.last_success_at),
        "failures": health.failures,
        "entries_per_week": None if health.per_week is None else round(health.per_week, 2),
        "silent_days": silent.days if silent is not None else None,
        "next_at": _iso(state.due_at) if state else None,
        "error": (state.error or None) if state else None,
        "address": (state.address or None) if state else None,
        "moved_to": state.moved_to if state else None,
    }


def _row(health: Health, state: FeedState | None, now: datetime) -> tuple[str, ...]:
    name = _cut(line(health.name), _NAME)
    category = _cut(line(health.feed.category), _CATEGORY)
    if health.condition is Condition.UNASKED or state is None:
        return name, category, str(health.condition), "never", "", "", "", "due"
    wait = polling.waits(state, now)
    due = "due"
    if state.gone:
        due = "never"
    elif wait is not None and state.due_at is not None and state.due_at > now:
        due = f"in {_short(state.due_at - now)}"
    return (
        name,
        category,
        str(health.condition),
        _short(now - health.last_success_at) if health.last_success_at else "never",
        str(health.failures or ""),
        _pace(health.per_week),
        _short(health.silent_for) if health.silent_for is not None else "",
        due,
    )


def _sum(listed: Sequence[Health]) -> str:
    conditions = Counter(health.condition for health in listed)
    told = ", ".join(f"{conditions[c]:,} {c}" for c in reversed(Condition) if conditions[c])
    return f"{count(len(listed), 'feed', 'feeds')}: {told}"


# --- a check ---------------------------------------------------------------------------------


def checked_lines(checked: Checked, now: datetime) -> Iterator[str]:
    """Yield what a check found of one feed, a line or more for each thing."""
    url = without_secrets(checked.feed.url)
    name = line(checked.feed.name or checked.title)
    yield f"{name} — {url}" if name else url
    if checked.error:
        yield _told("FAILED", checked.error)
    else:
        yield _told("answer", _answer(checked, now))
        yield _told("asks", _asks(checked))
    if checked.trouble:
        yield _told("trouble", checked.trouble)
    if checked.named:
        yield _told("feeds", "this page names: " + ", ".join(map(without_secrets, checked.named)))
    if checked.moved_to and checked.moved_to != checked.feed.url:
        yield _told("moved", f"for good: put `url: {checked.moved_to}` into the configuration")
    if checked.page is not None:
        yield _told("robots", _ROBOTS[checked.page.robots])
        yield _told("article", f"{checked.page.url}: {_page(checked.page)}")
    if not checked.error:
        yield _told("wishes", "; ".join(checked.wishes.told) or "none: its text may be used")


def checked_sum(found: Sequence[Checked]) -> str:
    """Return how many feeds answered, in a line."""
    silent = sum(bool(checked.error) for checked in found)
    answered = f"{count(len(found), 'feed', 'feeds')}: {len(found) - silent:,} answered"
    return f"{answered}, {silent:,} did not" if silent else answered


def checked_record(checked: Checked) -> dict[str, object]:
    """Return what a check found as values for JSON."""
    page, asked = checked.page, checked.poll_after
    return {
        "url": checked.feed.url,
        "name": checked.feed.name or checked.title,
        "answered": not checked.error,
        "error": checked.error or None,
        "http_status": checked.status,
        "address": checked.address,
        "trouble": checked.trouble or None,
        "format": checked.format or None,
        "entries": checked.entries,
        "newest_at": _iso(checked.newest_at),
        "entries_per_week": None if checked.per_week is None else round(checked.per_week, 2),
        "poll_after_seconds": int(asked.total_seconds()) if asked is not None else None,
        "moved_to": checked.moved_to,
        "feeds": list(checked.named),
        "robots": (page.robots or None) if page else None,
        "page": page
        and {
            "url": page.url,
            "quality": page.quality and str(page.quality),
            "note": page.note or None,
            "characters": page.characters,
            "characters_in_feed": page.in_feed,
        },
        "wishes": {
            "ai_input": checked.wishes.ai_input,
            "max_snippet": checked.wishes.max_snippet,
            "told": list(checked.wishes.told),
        },
    }


_ROBOTS = {
    "allow": "robots.txt lets programs open its articles",
    "refuse": "robots.txt keeps programs out of its articles: the feed’s own text is used",
    "": "robots.txt was not asked",
}


def _answer(checked: Checked, now: datetime) -> str:
    entries = count(checked.entries, "entry", "entries")
    told = [str(checked.status), checked.format or "a feed", entries]
    if checked.newest_at is not None:
        told.append(f"the newest {_ago(checked.newest_at, now)}")
    if checked.per_week is not None:
        told.append(pace_of(checked.per_week))
    if checked.address != checked.feed.url:
        told.append(f"read at {without_secrets(checked.address)}")
    return ", ".join(told)


def _asks(checked: Checked) -> str:
    if checked.poll_after is None:
        return "nothing about how often it may be read"
    return f"to be read no more often than every {_long(checked.poll_after)}"


def _page(page: PageCheck) -> str:
    given = f"; the feed itself gives {count(page.in_feed, 'character', 'characters')}"
    if page.quality is None:
        return f"not read ({page.note.removeprefix(page.url).strip(' :')}){given}"
    told = _QUALITY[page.quality]
    if page.quality is Quality.FULL:
        return f"{told}, {count(page.characters, 'character', 'characters')}"
    return told + (f" ({page.note})" if page.note else "") + given


# --- words -----------------------------------------------------------------------------------


def _told(label: str, text: str) -> str:
    return _hanging(f"  {label:<{_LABEL - 2}}{line(text)}", " " * _LABEL)


def _hanging(text: str, indent: str) -> str:
    """Return a line broken at spaces to fit 80 columns; an address and a command stay whole."""
    whole = _TYPED.sub(lambda typed: typed[0].replace(" ", _FIXED), text)
    return textwrap.fill(
        whole, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ).replace(_FIXED, " ")


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def _cut(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{_short(now - at)} ago" if at is not None else "never"


def _short(span: timedelta) -> str:
    """Return "5m", "3h" or "12d"."""
    span = max(span, timedelta())
    if span >= 2 * _DAY:
        return f"{span // _DAY}d"
    hours = span // timedelta(hours=1)
    return f"{hours}h" if hours else f"{span // timedelta(minutes=1)}m"


def _long(span: timedelta) -> str:
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes % 60 == 0:
        return count(minutes // 60, "hour", "hours")
    return count(minutes, "minute", "minutes")


def _pace(per_week: float | None) -> str:
    if per_week is None:
        return ""
    if per_week >= 0.95:
        return f"{min(per_week, 9_999):.0f}"
    return f"{per_week:.1f}" if per_week >= 0.05 else "<0.1"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
