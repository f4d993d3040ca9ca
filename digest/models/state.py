"""What is kept of a store where the machine forgets everything: no text, no address, no secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.models.articles import Article
from digest.models.edition import StoredEdition
from digest.models.feeds import EntryOutcome, FeedState
from digest.models.hosts import HostState


@dataclass(frozen=True, slots=True)
class Trace:
    """What is remembered of an article's text without the text: hashes, each of 8 hex digits.

    ``facts`` are its numbers and names, ``shingles`` a fixed sample of its runs of words.
    """

    article_id: str
    facts: frozenset[str]
    shingles: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as remembered: enough to know it again, not what it says."""

    id: str
    feed_url: str
    guid: str
    url: str
    title: str
    published_at: datetime | None
    first_seen_at: datetime
    outcome: EntryOutcome
    reason: str
    story_id: str | None
    fingerprint: str = ""  # of its texts, which are not kept
    source_name: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class FinishedOutput:
    """An output that has the whole of an edition."""

    edition_id: str
    output: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """Everything a run needs to know of the runs before it. The articles' ``text`` is empty."""

    feeds: tuple[FeedState, ...] = ()
    entries: tuple[KeptEntry, ...] = ()
    articles: tuple[Article, ...] = ()
    traces: tuple[Trace, ...] = ()
    editions: tuple[StoredEdition, ...] = ()
    finished: tuple[FinishedOutput, ...] = ()
    hosts: tuple[HostState, ...] = ()  # that asked to be left alone; by a hash, without robots.txt
