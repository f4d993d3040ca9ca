"""State ↔ files: what a run needs of the runs before it, as sorted JSON lines for a git branch.

The same state gives the same bytes, and a day adds lines without moving others. What a line may
hold, and what not, is said in `statelines`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from digest.core import statefields, statelines
from digest.core.discreet import feed_key, is_key
from digest.errors import StoreError
from digest.models import EntryOutcome, FeedState, KeptEntry, State, StoredEdition

FORMAT = "digest-state/1"
MOST_CHARS = 64_000_000  # in all files together: five times what is kept of 65 feeds
LONGEST_LINE = 2_000_000  # characters; read as JSON they may take 25 times that
LONGEST_RECORD = 900_000  # characters of an edition's; it has some 60,000, its line twice at most
REACH = timedelta(days=400)  # how far back anything is kept
UNDATED = REACH  # an entry without a date would be news again the day it is forgotten
ENTRIES = timedelta(days=14)  # those with a date, as a whole
KNOWN = timedelta(days=90)  # that there was such an entry: a feed may date it anew
ARTICLES = timedelta(days=7)  # stories are grouped over four
EDITIONS = timedelta(days=40)
LEAST_EDITIONS = 10  # of each name: as many as a story is held against
FEEDS = timedelta(days=90)  # since a feed was last asked

README = """\
# What Digest remembers between runs

Written by `digest state save`, read by `digest state load`; every run puts one commit in place of
the last. Titles, addresses, hashes and the printed editions: no text of an article, no e-mail
address, no secret. Feeds are told by a hash of their address; in another address of theirs, {3}
stands for a word of the configured one. Do not edit; to begin anew, delete this branch.
"""

T = TypeVar("T")


def needed(state: State, now: datetime) -> State:
    """Return the part of a state that later runs need.

    What editions told stays as long as they do, with its traces; other articles a week, entries
    two, then that there was one up to 90 days; undated ones a year and more. What only a search
    found is to editions still unseen.
    """
    editions = _recent(state.editions, now)
    cited = told(editions)
    seen = {e.id for e in state.entries if e.outcome is not EntryOutcome.FOUND}
    articles = [
        a
        for a in state.articles
        if a.id in seen and (a.id in cited or a.first_seen_at > now - ARTICLES)
    ]
    held = {a.id for a in articles}
    entries = [
        e if e.id in held or _young(e, now) else _barely(e)
        for e in state.entries
        if e.id in seen and (e.id in held or _young(e, now) or _known(e, now))
    ]
    names = {e.id for e in editions}
    return State(
        feeds=tuple(f for f in state.feeds if f.gone or _asked_since(f, now - FEEDS)),
        entries=tuple(entries),
        articles=tuple(articles),
        traces=tuple(t for t in state.traces if t.article_id in cited & held),
        editions=tuple(editions),
        finished=tuple(f for f in state.finished if f.edition_id in names),
        hosts=tuple(h for h in state.hosts if h.put_off_until and h.put_off_until > now),
    )


def told(editions: Iterable[StoredEdition]) -> frozenset[str]:
    """Return the ids of the articles that editions cite."""
    return frozenset(article_id for edition in editions for article_id in _cited(edition))


def to_files(state: State) -> dict[str, str]:
    """Return the files of a state by path, each with its lines in a fixed order."""
    return {
        "FORMAT": FORMAT + "\n",
        "README.md": README,
        "articles.jsonl": _lines(map(statelines.article_line, state.articles)),
        "editions.jsonl": _lines(map(statelines.edition_line, state.editions)),
        "entries.jsonl": _lines(map(statelines.entry_line, state.entries)),
        "feeds.jsonl": _lines(map(statelines.feed_line, state.feeds)),
        "finished.jsonl": _lines(map(statelines.finished_line, state.finished)),
        "hosts.jsonl": _lines(map(statelines.host_line, state.hosts)),
        "traces.jsonl": _lines(map(statelines.trace_line, state.traces)),
    }


def from_files(files: Mapping[str, str], feeds: Iterable[str]) -> State:
    """Return the state in these files; ``feeds`` are the addresses of the configured feeds.

    All or nothing: raises StoreError, naming file and line, where anything is not as ``to_files``
    makes it. What is remembered of a feed that is not configured is left out; its entries stay
    known.
    """
    if files.get("FORMAT", "").strip() != FORMAT:
        raise StoreError(f"FORMAT does not say “{FORMAT}”")
    if sum(map(len, files.values())) > MOST_CHARS:
        raise StoreError(f"the files hold more than {MOST_CHARS:,} characters")
    known = _addresses(feeds)
    entries = _read(files, "entries.jsonl", lambda e: statelines.entry(e, known), lambda e: e.id)
    articles = _read(
        files, "articles.jsonl", lambda a: statelines.article(a, known), lambda a: a.id
    )
    ids = {e.id for e in entries}
    for article in articles:
        if article.id not in ids:
            raise StoreError(f"articles.jsonl: {article.id} has no line in entries.jsonl")
    asked = _read(files, "feeds.jsonl", lambda f: statelines.feed(f, known), lambda f: f.url)
    return State(
        feeds=tuple(f for f in asked if not is_key(f.url)),
        entries=entries,
        articles=articles,
        traces=_read(files, "traces.jsonl", statelines.trace, lambda t: t.article_id),
        editions=_read(files, "editions.jsonl", statelines.edition, lambda e: e.id),
        finished=_read(
            files, "finished.jsonl", statelines.finished, lambda f: (f.edition_id, f.output)
        ),
        hosts=_read(
            {"hosts.jsonl": "", **files},  # earlier versions made none
            "hosts.jsonl",
            statelines.host,
            lambda h: h.origin,
        ),
    )


def made_by_newer(files: Mapping[str, str]) -> bool:
    """Tell whether a later version of the program wrote these files."""
    written = re.fullmatch(r"digest-state/([0-9]{1,6})", files.get("FORMAT", "").strip())
    return written is not None and int(written[1]) > 1


def _addresses(feeds: Iterable[str]) -> dict[str, str]:
    """Return the feeds' addresses by key; two that differ in a password only are nobody's."""
    found: dict[str, str] = {}
    twice = set()
    for url in dict.fromkeys(feeds):
        key = feed_key(url)
        if key in found:
            twice.add(key)
        found[key] = url
    return {key: url for key, url in found.items() if key not in twice}


def _recent(editions: Iterable[StoredEdition], now: datetime) -> list[StoredEdition]:
    """Return the last ten editions of each name, and all of the last forty days.

    Not one that is too long to be read again.
    """
    counted: dict[str, int] = {}
    kept = []
    legible = (edition for edition in editions if len(edition.record) <= LONGEST_RECORD)
    for edition in sorted(legible, key=lambda e: (e.window.closes, e.id), reverse=True):
        counted[edition.name] = counted.get(edition.name, 0) + 1
        if counted[edition.name] <= LEAST_EDITIONS or edition.window.closes > now - EDITIONS:
            kept.append(edition)
    return kept


def _asked_since(feed: FeedState, since: datetime) -> bool:
    return feed.checked_at is not None and feed.checked_at > since


def _young(entry: KeptEntry, now: datetime) -> bool:
    return entry.first_seen_at > now - (ENTRIES if entry.published_at else UNDATED)


def _known(entry: KeptEntry, now: datetime) -> bool:
    """Decide whether it is worth remembering that there was such an entry.

    Where a feed gives only the time of the last change, an old entry may come with a new date.
    One that was left to be read is worth nothing without its address.
    """
    judged = entry.outcome not in (EntryOutcome.PENDING, EntryOutcome.READ)
    return judged and entry.first_seen_at > now - KNOWN


def _barely(entry: KeptEntry) -> KeptEntry:
    return KeptEntry(
        id=entry.id,
        feed_url=entry.feed_url,
        guid="",
        url="",
        title="",
        published_at=entry.published_at,
        first_seen_at=entry.first_seen_at,
        outcome=entry.outcome,
        reason=entry.reason,
        story_id=None,
    )


def _cited(edition: StoredEdition) -> Iterator[str]:
    try:
        record = json.loads(edition.record)
        pieces = [*record["stories"], *record["briefs"]]
        cited = [str(source["article_id"]) for piece in pieces for source in piece["sources"]]
    except (ValueError, RecursionError, LookupError, TypeError):
        return  # a damaged record tells of nothing
    yield from cited


def _lines(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return JSON lines in the order of their text: by id, which comes first in each."""
    return "".join(sorted(_json(line) + "\n" for line in lines))


def _json(line: Mapping[str, Any]) -> str:
    kept = {
        name: statefields.legible(name, value)
        for name, value in line.items()
        if value not in (None, "", False)
    }
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _read(
    files: Mapping[str, str],
    path: str,
    parse: Callable[[Mapping[str, Any]], T],
    key: Callable[[T], Hashable],
) -> tuple[T, ...]:
    """Return what the lines of a file hold; raises StoreError, naming the line."""
    if path not in files:
        raise StoreError(f"{path} is missing")
    found: dict[Hashable, T] = {}
    for number, text in enumerate(_split(files[path]), 1):
        if not text:
            continue
        try:
            if len(text) > LONGEST_LINE:
                raise ValueError(f"more than {LONGEST_LINE:,} characters")
            line = json.loads(text)
            if not isinstance(line, dict):
                raise ValueError("no object")
            value = parse(line)
        except (ValueError, RecursionError) as error:
            raise StoreError(f"{path}, line {number}: {_phrase(error)}") from error
        if key(value) in found:
            raise StoreError(f"{path}, line {number}: the same again")
        found[key(value)] = value
    return tuple(found.values())


def _split(text: str) -> Iterator[str]:
    """Yield the lines one by one: a list of empty ones alone could fill the memory."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _phrase(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return "not JSON"
    return str(error)[:200]
