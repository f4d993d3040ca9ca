"""Feeds as a person reads of them: how they are, as a table, and what a check found, one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from digest.checking import Checked, PageCheck
from digest.core import polling
from digest.core.discreet import shown
from digest.core.health import Condition, Health, advice_for, pace_of, span_of, trouble_of
from digest.core.wishes import said
from digest.models import FeedState, Quality
from digest.render.columns import columns
from digest.render.printable import line
from digest.render.wording import count

WIDTH = 80
_NAME, _CATEGORY = 24, 9  # columns: a name is cut below only where no category is shown
_LEAST = 16  # columns of a name, however narrow the terminal
_GAP = 2
_MINUTE = timedelta(minutes=1)
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


def health_table(listed: Sequence[Health], now: datetime, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a table of feeds, what to do about those in trouble, and the sum.

    The table is at most ``width`` columns wide where names of 16 columns allow it.
    """
    rows = [_HEADINGS, *(_row(health, now) for health in listed)]
    widths = _widths(rows, width)
    for row in rows:
        cells = zip(row, widths, strict=True)
        shown_cells = (_padded(_cut(cell, room), room) for cell, room in cells if room)
        yield (" " * _GAP).join(shown_cells).rstrip()
    advised = [h for h in listed if h.advice and h.condition is not Condition.UNREAD]
    if advised:
        yield ""
    for health in advised:
        yield _hanging(f"! {line(health.name)}: {line(health.advice)}", "  ", width)
    yield ""
    yield _sum(listed)


def _widths(rows: Sequence[tuple[str, ...]], width: int) -> list[int]:
    """Return the columns each column gets; 0 for the categories where names need their room."""
    name, category, *others = (max(map(columns, cells)) for cells in zip(*rows, strict=True))
    room = width - sum(others) - _GAP * len(others)
    beside = room - _GAP - min(category, _CATEGORY)
    if not any(row[1] for row in rows[1:]) or beside < min(name, _NAME):
        return [min(name, max(room, _LEAST)), 0, *others]
    name = min(name, beside)
    return [name, min(category, room - _GAP - name), *others]


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
        "next_at": _iso(health.next_at),
        "error": (state.error or None) if state else None,
        "address": (state.address or None) if state else None,
        "moved_to": state.moved_to if state else None,
    }


def _row(health: Health, now: datetime) -> tuple[str, ...]:
    next_at = health.next_at
    due = f"in {span_of(next_at - now)}" if next_at else "due"
    return (
        line(health.name),
        line(health.feed.category),
        str(health.condition),
        _heard(health.last_success_at, now),
        str(health.failures or ""),
        _pace(health.per_week),
        span_of(health.silent_for) if health.silent_for is not None else "",
        "never" if health.condition is Condition.GONE else due,
    )


def _heard(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    return span_of(now - at) if now - at >= _MINUTE else "now"


def _sum(listed: Sequence[Health]) -> str:
    conditions = Counter(health.condition for health in listed)
    told = ", ".join(f"{conditions[c]:,} {c}" for c in reversed(Condition) if conditions[c])
    return f"{count(len(listed), 'feed', 'feeds')}: {told}"


# --- a check ---------------------------------------------------------------------------------


def checked_lines(checked: Checked, now: datetime, *, listed: bool = True) -> Iterator[str]:
    """Yield what a check found of one feed, a line or more for each thing.

    ``listed`` says whether the configuration lists it.
    """
    url = shown(checked.feed.url)
    name = line(checked.feed.name or checked.title)
    yield f"{name} — {url}" if name else url
    if checked.error:
        yield _told("FAILED", _failure(checked))
    else:
        yield _told("answer", _answer(checked, now))
        yield _told("asks", _asks(checked))
    if checked.trouble:
        yield _told("trouble", _trouble(checked, listed=listed))
    if checked.named:
        yield _told("feeds", "this page names: " + ", ".join(map(shown, checked.named)))
    if checked.moved_to and checked.moved_to != checked.feed.url:
        yield _told("moved", f"for good: {_put(checked.moved_to, listed=listed)}")
    if checked.page is not None:
        yield _told("robots", _ROBOTS.get(checked.page.robots, checked.page.unknown))
        yield _told("article", f"{shown(checked.page.url)}: {_page(checked.page)}")
    if not checked.error:
        yield _told("wishes", _wishes(checked))


def checked_sum(found: Sequence[Checked]) -> str:
    """Return how many feeds could be read, in a line."""
    lost = sum(bool(checked.error) for checked in found)
    read = f"{count(len(found), 'feed', 'feeds')}: {len(found) - lost:,} could be read"
    return f"{read}, {lost:,} could not" if lost else read


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
}


def _answer(checked: Checked, now: datetime) -> str:
    entries = count(checked.entries, "entry", "entries")
    told = [str(checked.status), checked.format or "a feed", entries]
    if checked.newest_at is not None:
        told.append(f"the newest {_ago(checked.newest_at, now)}")
    if checked.per_week is not None:
        told.append(pace_of(checked.per_week))
    if checked.address != checked.feed.url:
        told.append(f"read at {shown(checked.address)}")
    return ", ".join(told)


def _failure(checked: Checked) -> str:
    """Return why a feed could not be read, and what to do about it."""
    what = trouble_of(checked.error, checked.feed.url)
    if checked.status in polling.BUSY:
        wait = f"for {_long(checked.poll_after)}" if checked.poll_after else "for a while"
        return f"{what}: it asks to be left alone {wait}"
    return advice_for(what, checked.status) or what


def _trouble(checked: Checked, *, listed: bool) -> str:
    """Return what is wrong with a feed's own address, and what to do about it."""
    what = trouble_of(checked.trouble, checked.feed.url)
    if checked.address in checked.named:
        return f"{what}: {_put(checked.address, listed=listed)}"
    return f"{what}; its fallback was read"


def _put(address: str, *, listed: bool) -> str:
    """Return how the address that was read comes into the configuration."""
    if listed:
        return f"put `url: {shown(address)}` in its place"
    return f"add it with `digest feeds add {shown(address)}`"


def _asks(checked: Checked) -> str:
    if checked.poll_after is None:
        return "nothing about how often it may be read"
    return f"to be read no more often than every {_long(checked.poll_after)}"


def _wishes(checked: Checked) -> str:
    told = [said(checked.wishes)] if checked.wishes.told else []
    if checked.unheard:
        told.append(f"{'more is ' if told else ''}not known: {', '.join(checked.unheard)}")
    return "; ".join(told) or "none: its text may be used"


def _page(page: PageCheck) -> str:
    given = f"; the feed itself gives {count(page.in_feed, 'character', 'characters')}"
    if page.quality is None:
        return f"not read ({trouble_of(page.note, page.url)}){given}"
    told = _QUALITY[page.quality]
    if page.quality is Quality.FULL:
        return f"{told}, {count(page.characters, 'character', 'characters')}"
    return told + (f" ({page.note})" if page.note else "") + given


# --- words -----------------------------------------------------------------------------------


def _told(label: str, text: str) -> str:
    return _hanging(f"  {label:<{_LABEL - 2}}{line(text)}", " " * _LABEL)


def _hanging(text: str, indent: str, width: int = WIDTH) -> str:
    """Return a line broken at spaces to fit; an address and a command stay whole."""
    whole = _TYPED.sub(lambda typed: typed[0].replace(" ", _FIXED), text)
    first, *words = whole.split(" ")
    lines = [first]
    for word in words:
        if columns(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return "\n".join(told.rstrip() for told in lines).replace(_FIXED, " ")


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def _cut(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _ago(at: datetime, now: datetime) -> str:
    return f"{span_of(now - at)} ago" if now - at >= _MINUTE else "just now"


def _long(span: timedelta) -> str:
    minutes = max(1, round(span / _MINUTE))
    hours = round(span / timedelta(hours=1))
    if hours >= 48 and hours % 24 == 0:
        return count(hours // 24, "day", "days")
    if hours >= 48 or minutes % 60 == 0:
        return count(hours, "hour", "hours")
    return count(minutes, "minute", "minutes")


def _pace(per_week: float | None) -> str:
    if per_week is None:
        return ""
    if per_week >= 0.95:
        return f"{min(per_week, 9_999):.0f}"
    return f"{per_week:.1f}" if per_week >= 0.05 else "<0.1"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
