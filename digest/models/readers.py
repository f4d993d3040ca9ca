"""Readers, those who get no more mail, and what became of each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

TOKEN_LENGTH = 26  # letters a-z and digits 2-7: 128 bits or more, safe in any case of letters

# Stands where a reader's token goes in what is made once for all; no token holds a zero.
ANY_TOKEN = "0token0of0the0reader0here0"  # noqa: S105 - stands for a token, and is none


class SuppressionReason(StrEnum):
    """Why an address gets no more mail."""

    UNSUBSCRIBED = "unsubscribed"  # its owner said so, by link or by mail
    BOUNCED = "bounced"  # it takes no mail: refused for good, or returned
    COMPLAINED = "complained"  # its owner called the mail spam


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets no more mail, whatever list it is on."""

    address: str
    reason: SuppressionReason
    at: datetime
    detail: str = ""  # one line, such as the server's words


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone on the list. ``token`` stands for the address wherever others may read it."""

    address: str
    token: str
    added_at: datetime
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone an edition is to be sent to."""

    address: str
    token: str


class DeliveryStatus(StrEnum):
    """What became of one message to one address."""

    SENDING = "sending"  # claimed: in flight, or in flight when the program was killed
    SENT = "sent"  # the server has taken it
    DEFERRED = "deferred"  # the server said "later"; it is tried again
    REFUSED = "refused"  # the address is refused for good, and suppressed from now on
    FAILED = "failed"  # the message is refused, the address is not to blame; it is tried again
    UNCERTAIN = "uncertain"  # in flight at a crash: sent again only when someone asks


@dataclass(frozen=True, slots=True)
class Delivery:
    """The ledger's row for one edition, one output and one address."""

    edition_id: str
    output: str
    address: str
    status: DeliveryStatus
    at: datetime
    detail: str = ""
    tries: int = field(default=0, compare=False)  # how often it was claimed, counted by the ledger
