"""The values that flow through the run: feeds → entries → articles → stories → briefs → edition.

Frozen dataclasses without behaviour. Times are aware UTC; texts are plain text, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

# --- feeds and entries -----------------------------------------------------------------------


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
    moved_to: str | None = None
    gone: bool = False
    title: str = ""


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


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed body read: its own title, home page and language, and its entries, newest first."""

    title: str
    home: str
    language: str
    entries: tuple[Entry, ...]


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


@dataclass(frozen=True, slots=True)
class Selected:
    """What to do with an entry: open its page (PENDING), use the feed's text (READ), or why not."""

    entry: Entry
    outcome: EntryOutcome
    reason: str


# --- articles --------------------------------------------------------------------------------


class Quality(StrEnum):
    """How much of an article there is."""

    FULL = "full"
    TEASER = "teaser"
    CONSENT = "consent"
    ERROR = "error"
    FEED_ONLY = "feed-only"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one page gave. ``quality`` says whether ``text`` is the article."""

    quality: Quality
    text: str  # paragraphs separated by one newline
    title: str = ""
    author: str = ""
    site: str = ""
    published_at: datetime | None = None
    canonical_url: str = ""
    language: str = ""
    note: str = ""  # one phrase on the quality, e.g. "asks for consent", "ends behind a paywall"


@dataclass(frozen=True, slots=True)
class Article:
    """An article as stored: the entry and its page, joined."""

    id: str  # the entry's
    url: str  # canonical
    title: str
    publisher: str
    domain: str  # registrable domain: the publisher's identity
    author: str
    published_at: datetime  # the feed's date, else the page's, else first seen
    first_seen_at: datetime
    language: str
    text: str  # paragraphs separated by one newline; "" for a title alone
    quality: Quality
    feed_url: str
    category: str = ""
    kind: FeedKind = FeedKind.NEWS
    trust: float = 1.0
    opinion: bool = False
    relevance: float = 1.0
    note: str = ""


# --- stories ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """One independent report of a story, with the articles that only copy its text."""

    article: Article
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell one event. The order of ``evidence`` numbers the sources, from 1."""

    id: str
    evidence: tuple[Evidence, ...]
    commentary: tuple[Article, ...] = ()
    links: tuple[Article, ...] = ()  # discussion threads
    reasons: tuple[str, ...] = ()  # why these belong together


class StoryStatus(StrEnum):
    NEW = "new"
    UPDATE = "update"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Told:
    """A story as an earlier edition told it."""

    story_id: str
    edition_id: str
    date: date
    told_at: datetime
    headline: str
    article_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A story held against earlier editions."""

    story: Story
    status: StoryStatus
    earlier: Told | None = None
    news: tuple[str, ...] = ()  # for an update: sentences with a fact the earlier edition lacked
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A judged story with its place and the parts of its score, in words."""

    judged: Judged
    score: float
    reasons: tuple[str, ...]


# --- briefs and the edition ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """A published sentence; ``cites`` are source numbers of its story."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    emoji: str
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """How a writer's sentences fared against their sources."""

    sentences: int = 0
    supported: int = 0
    repaired: int = 0
    replaced: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class WrittenBy:
    kind: str  # "llm" | "extractive" | "editor"
    model: str | None = None
    checks: Checks = Checks()


@dataclass(frozen=True, slots=True)
class Brief:
    """A story written up in the seed's form."""

    emoji: str
    headline: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    written_by: WrittenBy
    what_changed: tuple[Sentence, ...] = ()
    disagreements: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    n: int
    article_id: str
    url: str
    title: str
    publisher: str
    author: str | None
    published_at: datetime
    language: str
    quality: Quality
    copies: tuple[str, ...] = ()  # publishers that carry the same text


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str
    publisher: str


@dataclass(frozen=True, slots=True)
class EditionStory:
    id: str
    status: StoryStatus
    rank: int
    score: float
    reasons: tuple[str, ...]
    emoji: str
    headline: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    what_changed: tuple[Sentence, ...]
    disagreements: tuple[Sentence, ...]
    commentary: tuple[Link, ...]
    sources: tuple[Source, ...]
    written_by: WrittenBy


@dataclass(frozen=True, slots=True)
class EditionBrief:
    """A story below the cut, in one line."""

    story_id: str
    emoji: str
    text: str
    cites: tuple[int, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Window:
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """The one frozen record every output reads."""

    id: str
    name: str
    title: str
    date: date
    timezone: str
    language: str
    generated_at: datetime
    window: Window
    stories: tuple[EditionStory, ...]
    briefs: tuple[EditionBrief, ...]
    counts: Mapping[str, int]
    intro: str | None = None
    schema: str = "digest.edition/1"


@dataclass(frozen=True, slots=True)
class StoredEdition:
    """An edition as the store keeps it: its record is the exact JSON text that was frozen."""

    id: str
    name: str
    date: date
    window: Window
    record: str


# --- the run ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong with one item, in words a user understands."""

    stage: str  # feed | article | group | write | output | …
    subject: str
    message: str


class FeedOutcome(StrEnum):
    NEW = "new"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FeedReport:
    url: str
    name: str
    outcome: FeedOutcome
    http_status: int | None = None
    entries: int = 0
    new_entries: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EntryReport:
    url: str
    feed: str
    outcome: EntryOutcome
    story_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OutputResult:
    kind: str
    target: str
    status: str  # done | unchanged | failed | uncertain | held
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """The run report of the contract, written beside the edition and never inside it."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    exit_code: int
    edition_id: str | None
    edition: str  # made | unchanged | empty
    feeds: tuple[FeedReport, ...] = ()
    entries: tuple[EntryReport, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    llm: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    peak_rss_mb: float = 0.0
    problems: tuple[Problem, ...] = ()
    outputs: tuple[OutputResult, ...] = ()
