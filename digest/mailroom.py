"""The mail that comes back: who wants no more, whose address takes none, who complained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from digest.core.bounces import Meaning, Verdict, read
from digest.errors import MailboxError
from digest.models import Suppression, SuppressionReason
from digest.ports import Mailbox, Readers

SOFT_BOUNCES = 3  # within the 30 days the store counts; then the address counts as dead
_BATCH = 100  # messages stored, then marked, at once

_REASONS = {
    Meaning.UNSUBSCRIBE: SuppressionReason.UNSUBSCRIBED,
    Meaning.COMPLAINT: SuppressionReason.COMPLAINED,
    Meaning.HARD: SuppressionReason.BOUNCED,
}


@dataclass
class Collected:
    """What a reading of the mailbox came to; each number is of messages."""

    unsubscribed: int = 0
    bounced: int = 0  # addresses given up, the third soft bounce included
    complained: int = 0
    soft: int = 0  # returned for a reason that may pass
    ignored: int = 0  # anything else, and mail about nobody we know
    troubles: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Return how many messages were read."""
        return self.unsubscribed + self.bounced + self.complained + self.soft + self.ignored

    def sentence(self) -> str:
        """Return "read 14 messages: 2 unsubscribed, 1 bounced"."""
        parts = [
            f"{number:,} {what}"
            for number, what in (
                (self.unsubscribed, "unsubscribed"),
                (self.bounced, "bounced"),
                (self.complained, "complained"),
                (self.soft, "returned for now"),
                (self.ignored, "of no concern"),
            )
            if number
        ]
        noun = "message" if self.read == 1 else "messages"
        return f"read {self.read:,} {noun}" + (f": {', '.join(parts)}" if parts else "")


def collect(mailbox: Mailbox, readers: Readers, *, own_address: str, now: datetime) -> Collected:
    """Read the mailbox, and note who gets no more mail; ``own_address`` is the mailbox's.

    What a message says is stored before it is marked as handled, so a run killed in between does
    it again. That changes nothing but for soft bounces, which then count twice: at worst two do
    what three should. A mailbox that fails is a trouble in the answer; StoreError is raised.
    """
    collected = Collected()
    try:
        for batch in _batches(mailbox.messages(), own_address):
            for _, verdict in batch:
                _note(verdict, readers, now, collected)
            mailbox.handled(key for key, _ in batch)
    except MailboxError as error:
        collected.troubles.append(str(error))
    return collected


def _batches(
    messages: Iterator[tuple[str, bytes]], own_address: str
) -> Iterator[list[tuple[str, Verdict]]]:
    """Yield the messages' keys with what they say; those before a failure come before it."""
    batch: list[tuple[str, Verdict]] = []
    try:
        for key, message in messages:
            batch.append((key, read(message, own_address=own_address)))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except MailboxError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _note(verdict: Verdict, readers: Readers, now: datetime, collected: Collected) -> None:
    address = readers.address_of(verdict.token) if verdict.token else None
    if address is None or verdict.meaning is Meaning.NOTHING:
        collected.ignored += 1
        return
    detail = f"{verdict.status} {verdict.words}".strip()
    if verdict.meaning is Meaning.SOFT:
        if readers.soft_bounce(address, now) < SOFT_BOUNCES:
            collected.soft += 1
            return
        detail = f"returned {SOFT_BOUNCES} times within 30 days, lastly: {detail}"
    reason = _REASONS.get(verdict.meaning, SuppressionReason.BOUNCED)
    readers.suppress([Suppression(address, reason, now, detail or "by mail")])
    match reason:
        case SuppressionReason.UNSUBSCRIBED:
            collected.unsubscribed += 1
        case SuppressionReason.COMPLAINED:
            collected.complained += 1
        case SuppressionReason.BOUNCED:
            collected.bounced += 1
