"""What a mail server's reply means for a message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digest.core.redaction import redacted
from digest.core.returns import About, refused_at_fault
from digest.errors import MailDeferred, MailError, MailRefused

_STATUS = re.compile(r"[\s#(]*([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: SMTP's three-digit code, and its lines joined by blanks."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    @property
    def for_now(self) -> bool:
        return 400 <= self.code < 500

    @property
    def status(self) -> str:
        """Return the enhanced status (RFC 3463) it begins with, "" where none fits the code."""
        match = _STATUS.match(self.text)
        return match[1] if match and int(match[1][0]) == self.code // 100 else ""


def trouble(reply: Reply, about: About, hidden: Iterable[str] = ()) -> MailError:
    """Return what a reply that is not good means for the message, and for the address.

    Its text holds no e-mail address, nor any of the words that are to be ``hidden``.
    """
    words = f"The server said {reply.code} {redacted(reply.text, hidden)}".rstrip()
    full = reply.status == "5.2.2"
    full = full or (not reply.status and about is About.RECIPIENT and reply.code == 552)
    if reply.for_now or full:
        return MailDeferred(words, code=reply.code)
    at_fault = refused_at_fault(reply.code, reply.status, reply.text, about)
    return MailRefused(words, code=reply.code, address_at_fault=at_fault)
