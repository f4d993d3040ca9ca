"""Mail: who reads, what was sent to whom, the server that takes it, the mailbox for answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.models import Delivery, Reader, Recipient, Suppression


class Readers(Protocol):
    """Readers and suppressed addresses. Every method is one transaction; raises StoreError.

    Addresses are as `core.addresses.normal` gives them; two spellings of one address are one.
    """

    def readers(self) -> list[Reader]:
        """Return everyone on the list, in the order they came, suppressed ones included."""
        ...

    def add_readers(self, addresses: Iterable[str], now: datetime) -> set[str]:
        """Put addresses on the list; return those that were not there before.

        Each gets a token for good: one that comes back has its old one. Suppression stays.
        """
        ...

    def remove_reader(self, address: str) -> bool:
        """Take an address off the list; return whether it was there."""
        ...

    def suppress(self, suppressions: Iterable[Suppression]) -> None:
        """Note that these get no more mail; who is suppressed already keeps the first reason."""
        ...

    def unsuppress(self, address: str) -> bool:
        """Let an address get mail again; return whether it was suppressed."""
        ...

    def suppressions(self) -> list[Suppression]:
        """Return every suppressed address, on the list or not, oldest first."""
        ...

    def address_of(self, token: str) -> str | None:
        """Return the address a token stands for."""
        ...

    def soft_bounce(self, address: str, now: datetime) -> int:
        """Count a message returned for a passing reason; return how many in the last 30 days."""
        ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many on a list an edition does not go to, whoever has it."""

    suppressed: int = 0  # unsubscribed, or their address takes no mail
    late: int = 0  # readers who came after it was frozen


class Ledger(Protocol):
    """What was sent to whom: one row for each edition, output and address.

    A row is claimed before a message leaves and marked after. Each call is one transaction that
    is on the disk when it returns. Raises StoreError.
    """

    def open_delivery(
        self,
        edition_id: str,
        output: str,
        *,
        addresses: Sequence[str] | None,
        resend_uncertain: bool,
        now: datetime,
    ) -> list[Recipient]:
        """Return who has still to get the edition by this output.

        ``addresses`` is a fixed list; None stands for the readers who were on the list when the
        edition was frozen. Those never tried come before those tried in vain, so that nobody's
        refused address keeps it from the others; else they come in the order of the list. What a
        crash left in flight is marked uncertain first. Left out are those who have it, those for
        whom it is uncertain (unless ``resend_uncertain``), and the suppressed.
        """
        ...

    def left_out(self, edition_id: str, *, addresses: Sequence[str] | None) -> LeftOut:
        """Return how many of a fixed list, or of the readers now, the edition does not go to."""
        ...

    def note(
        self, results: Sequence[Delivery], claims: Sequence[Delivery], *, now: datetime
    ) -> frozenset[str]:
        """Store what became of claimed messages, and claim others; return the claims that hold.

        ``claims`` have the status SENDING; they are told by address in the answer. One does not
        hold where the address was suppressed meanwhile, or taken off the list of readers that
        ``open_delivery`` gave out, or is claimed, sent or uncertain already (an uncertain one may
        be claimed again where ``open_delivery`` gave it out). A result is of a claimed message, or
        REFUSED after it was FAILED; it also suppresses its address as BOUNCED, with the detail.
        """
        ...

    def deliveries(self, edition_id: str, output: str) -> list[Delivery]:
        """Return the rows of one edition and output, by address."""
        ...

    def finish_output(self, edition_id: str, output: str, now: datetime) -> None:
        """Note that this output has the whole of the edition."""
        ...

    def finished_outputs(self, edition_id: str) -> frozenset[str]:
        """Return the keys of the outputs that have the whole of the edition."""
        ...

    def delivery_began(self, edition_id: str) -> bool:
        """Was any message of this edition sent or claimed?"""
        ...


class MailConnection(Protocol):
    """One connection to a mail server; it reconnects by itself. Used by one thread."""

    def send(self, sender: str, address: str, message: bytes, ready: Callable[[], bool]) -> bool:
        """Hand over one message; return True when the server has taken it.

        ``sender`` is the envelope's (where bounces go), ``message`` the whole of it with CRLF.
        ``ready`` is asked when all but the end has gone out, and may block; where it says no,
        the message is withdrawn and False is returned. So nothing is delivered before ``ready``
        has said yes. Raises MailDeferred (nothing was delivered, try later), MailRefused (the
        address or the message is refused, see there) and MailUncertain (the end had gone out, and
        no answer came).
        """
        ...

    def close(self) -> None: ...


class MailServer(Protocol):
    """A mail server to send through."""

    def connect(self) -> MailConnection:
        """Return a connection, greeted, encrypted and logged in as configured.

        Raises DeliveryError where that cannot work, MailDeferred where it may work later.
        """
        ...


class Mailbox(Protocol):
    """Where bounces and unsubscribe mails arrive. Raises MailboxError."""

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Yield unhandled messages: a key, and at most the first 256 KB of each."""
        ...

    def handled(self, keys: Iterable[str]) -> None:
        """Mark messages, so that they are not yielded again; none is deleted."""
        ...
