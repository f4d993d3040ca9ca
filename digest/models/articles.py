"""Articles: entries and their pages, joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.models.feeds import FeedKind
from digest.models.wishes import Wishes


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
    wishes: Wishes = Wishes()  # by the page's own meta elements
    opinion: bool = False  # by the page's own word


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
    ai_input: bool = True  # may be given to a language model or an embedding server
    max_snippet: int | None = None  # characters that may be quoted; None: no bound
