"""What the stages need of the world, as Protocols; adapters fill them, tests fake them."""

from __future__ import annotations

from digest.ports.mail import (
    Ledger,
    LeftOut,
    Mailbox,
    MailConnection,
    MailServer,
    Readers,
)
from digest.ports.run import (
    UNCONDITIONAL,
    Branch,
    Embedder,
    Fetcher,
    LanguageModel,
    Manners,
    Meter,
    ModelReply,
    Output,
    Progress,
    Publication,
    Workers,
)
from digest.ports.store import EntryHistory, Store

__all__ = [
    "UNCONDITIONAL",
    "Branch",
    "Embedder",
    "EntryHistory",
    "Fetcher",
    "LanguageModel",
    "Ledger",
    "LeftOut",
    "MailConnection",
    "MailServer",
    "Mailbox",
    "Manners",
    "Meter",
    "ModelReply",
    "Output",
    "Progress",
    "Publication",
    "Readers",
    "Store",
    "Workers",
]
