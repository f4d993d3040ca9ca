"""The run and its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.models.feeds import EntryOutcome


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
    DEFERRED = "deferred"  # not asked, or asked in vain by its wish: it is due later
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
    note: str | None = None  # worth knowing, and no trouble: a new address, why it was not asked
    last_success_at: datetime | None = None
    failures: int = 0  # in a row
    entries_per_week: float | None = None
    silent_days: int | None = None  # since its newest entry


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
