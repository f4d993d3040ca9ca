"""Feeds and entries: what publishers announce, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.models.wishes import Wishes


class FeedKind(StrEnum):
    """What a feed carries: news is evidence, discussion only adds rank and a link."""

    NEWS = "news"
    DISCUSSION = "discussion"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as the user configured it."""

    url: str
    name: str = ""
    category: str = ""
    kind: FeedKind = FeedKind.NEWS
    trust: float = 1.0
    open_pages: bool = True  # False: the feed's own text is all that is used
    fallbacks: tuple[str, ...] = ()  # addresses tried in order where ``url`` gives nothing to read


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has it changed?" with; sent back byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer: 200 or 304. Header names are lower-case; the body is decoded and bounded."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str | None = None  # set when every hop was permanent (301, 308)


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the store remembers of a feed between runs."""

    url: str
    validators: Validators = Validators()
    status: int | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0  # in a row
    moved_to: str | None = None  # where the last answer's permanent redirects led
    gone: bool = False  # said 410: retired, and not asked again
    title: str = ""
    moved_times: int = 0  # answers in a row that led to ``moved_to``
    address: str = ""  # asked in place of ``url``: moved for good, or found on the home page at it
    error: str = ""  # what went wrong when it was last asked
    due_at: datetime | None = None  # not to be asked again before
    ttl: timedelta | None = None  # how long its last body says it may be kept
    per_week: float | None = None  # entries a week, by the dates in its last body
    newest_at: datetime | None = None  # the date of its newest entry, else when one last came
    wishes: Wishes = Wishes()  # by the headers of its last answer


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed."""

    id: str  # urls.identity of its link, or of feed + guid where it has none
    feed_url: str
    guid: str
    url: str  # canonical; "" where the feed gives no usable link
    title: str
    summary: str = ""
    content: str = ""  # the feed's full text, where it has one
    author: str = ""
    published_at: datetime | None = None
    language: str = ""  # as declared: "en", "de", …, or ""
    tags: tuple[str, ...] = ()
    paywalled: bool = False
    source_name: str = ""  # whose entry it is, where the feed is an aggregator that says so
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed body read: its own title, home page and language, and its entries, newest first."""

    title: str
    home: str
    language: str
    entries: tuple[Entry, ...]
    ttl: timedelta | None = None  # how long the feed says it may be kept


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry's texts as a feed gave them when they had changed."""

    entry_id: str
    seen_at: datetime
    title: str
    text: str  # the longer of summary and content


class EntryOutcome(StrEnum):
    """What became of an entry in a run."""

    PENDING = "pending"  # in the store only: chosen, page not opened yet
    READ = "read"  # in the store only: an article is stored, no edition has judged it yet
    FOUND = "found"  # in the store only: a search found it; to editions it is still unseen
    PUBLISHED = "published"
    BRIEF = "brief"
    DUPLICATE = "duplicate"
    COMMENTARY = "commentary"
    REPEAT = "repeat"
    OFF_TOPIC = "off-topic"
    MUTED = "muted"
    BELOW_CUT = "below-cut"
    TEASER = "teaser"
    CONSENT = "consent"
    ERROR = "error"
    OLD = "old"  # in the store only: published before the window


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of an entry: whose it is, what became of it, its article's kind."""

    feed_url: str
    outcome: EntryOutcome
    kind: FeedKind | None  # of the stored article; None where none is stored
    fingerprint: str = ""  # of the entry's texts as last seen; "" where not known


@dataclass(frozen=True, slots=True)
class Selected:
    """What to do with an entry: open its page (PENDING), use the feed's text (READ), or why not."""

    entry: Entry
    outcome: EntryOutcome
    reason: str
