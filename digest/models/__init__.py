"""The values that flow through the run: feeds → entries → articles → stories → briefs → edition.

Frozen dataclasses without behaviour. Times are aware UTC; texts are plain text, never markup.
"""

from __future__ import annotations

from digest.models.articles import (
    Article,
    Extraction,
    Quality,
)
from digest.models.edition import (
    Brief,
    Checks,
    Edition,
    EditionBrief,
    EditionStory,
    Link,
    Section,
    Sentence,
    Source,
    StoredEdition,
    Window,
    WrittenBy,
)
from digest.models.feeds import (
    Entry,
    EntryOutcome,
    Feed,
    FeedKind,
    FeedState,
    Known,
    ParsedFeed,
    Response,
    Revision,
    Selected,
    Validators,
)
from digest.models.hosts import HostState
from digest.models.readers import (
    Delivery,
    DeliveryStatus,
    Reader,
    Recipient,
    Suppression,
    SuppressionReason,
)
from digest.models.run import (
    EntryReport,
    FeedOutcome,
    FeedReport,
    OutputResult,
    Problem,
    RunReport,
)
from digest.models.state import (
    FinishedOutput,
    KeptEntry,
    State,
    Trace,
)
from digest.models.stories import (
    Evidence,
    Judged,
    Ranked,
    Story,
    StoryStatus,
    Told,
)
from digest.models.wishes import Wishes

__all__ = [
    "Article",
    "Brief",
    "Checks",
    "Delivery",
    "DeliveryStatus",
    "Edition",
    "EditionBrief",
    "EditionStory",
    "Entry",
    "EntryOutcome",
    "EntryReport",
    "Evidence",
    "Extraction",
    "Feed",
    "FeedKind",
    "FeedOutcome",
    "FeedReport",
    "FeedState",
    "FinishedOutput",
    "HostState",
    "Judged",
    "KeptEntry",
    "Known",
    "Link",
    "OutputResult",
    "ParsedFeed",
    "Problem",
    "Quality",
    "Ranked",
    "Reader",
    "Recipient",
    "Response",
    "Revision",
    "RunReport",
    "Section",
    "Selected",
    "Sentence",
    "Source",
    "State",
    "StoredEdition",
    "Story",
    "StoryStatus",
    "Suppression",
    "SuppressionReason",
    "Told",
    "Trace",
    "Validators",
    "Window",
    "Wishes",
    "WrittenBy",
]
