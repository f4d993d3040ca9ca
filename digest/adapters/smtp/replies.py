"""What a mail server's reply means, and its words made fit to show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digest.errors import MailDeferred, MailError, MailRefused

_LONGEST = 200  # characters of the server's words that are shown
_MOST_READ = 1000

_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")

# RFC 3463 and its registry: bad mailbox, bad system, bad syntax, moved, null MX; disabled.
_ADDRESS_IS_WRONG = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}
_MAILBOX_IS_FULL = (2, 2)

# RFC 5321: mailbox unavailable, user not local, mailbox name not allowed.
_REFUSES_MAILBOX = {550, 551, 553}
# What servers say with the same codes where the address is not what they mind.
_MINDS_SOMETHING_ELSE = re.compile(
    r"relay|authenti|block|listed|spam|policy|sender|reputation|denied|rate|limit|quota|"
    r"spf|dkim|dmarc|ptr|reverse|greylist|try again|temporar|content|virus|full",
    re.IGNORECASE,
)


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
    def status(self) -> tuple[int, int] | None:
        """Return subject and detail of the enhanced status (RFC 3463) that fits the code."""
        match = _STATUS.match(self.text)
        if match is None or int(match[1]) != self.code // 100:
            return None
        return int(match[2]), int(match[3])


def trouble(reply: Reply, *, about_address: bool, hidden: Iterable[str] = ()) -> MailError:
    """Return what a reply that is not good means for the message.

    ``about_address`` says that the reply answers RCPT, so that codes without an enhanced status
    speak of the address. In doubt the address is not at fault: it would be struck off.
    """
    words = f"The server said {reply.code} {shown(reply.text, hidden)}".rstrip()
    full = reply.status == _MAILBOX_IS_FULL
    full = full or (reply.status is None and about_address and reply.code == 552)
    if reply.for_now or full:
        return MailDeferred(words, code=reply.code)
    if reply.status is not None:
        at_fault = reply.status in _ADDRESS_IS_WRONG
    else:
        at_fault = (
            about_address
            and reply.code in _REFUSES_MAILBOX
            and not _MINDS_SOMETHING_ELSE.search(reply.text)
        )
    return MailRefused(words, code=reply.code, address_at_fault=at_fault)


def shown(text: str, hidden: Iterable[str] = ()) -> str:
    """Return a server's words as one bounded line without any e-mail address.

    ``hidden`` are words that are left out too: an address's local part, a password.
    """
    if len(text) > _MOST_READ:
        text = text[:_MOST_READ].rpartition(" ")[0]  # not in the middle of an address
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = _ADDRESS.sub("…", text)
    for word in hidden:
        if word:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
