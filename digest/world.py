"""Everything outside that a run touches, through its ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.manners import Manners
from digest.models import Edition
from digest.ports import (
    Embedder,
    Fetcher,
    LanguageModel,
    Ledger,
    Meter,
    Output,
    Progress,
    Store,
    Workers,
)


@dataclass(frozen=True)
class World:
    """The ports of one run, filled."""

    fetcher: Fetcher
    manners: Manners
    workers: Workers
    store: Store
    ledger: Ledger
    progress: Progress
    meter: Meter
    clock: Callable[[], datetime]
    fence: Callable[[], str]  # a random line that fences articles off in a prompt
    model: LanguageModel | None = None
    judge: LanguageModel | None = None  # answers questions about doubtful pairs and articles
    embedder: Embedder | None = None
    outputs: Sequence[Output] = ()
    renderers: Mapping[str, Callable[[Edition], str]] = field(default_factory=dict)
