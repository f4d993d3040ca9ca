"""Who is to blame when mail is refused or comes back: the address, or the moment, the message, us?

One table for a server's reply while we send, and for a bounce. In doubt it is not the address,
which would be struck off the list.
"""

from __future__ import annotations

import re
from enum import Enum

# RFC 3463: class.subject.detail; not part of an address such as 5.9.12.33 or a version.
_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\d.])([45][0-5]\d)(?=[ -])")

# RFC 3463 and its registry: bad mailbox, bad system, bad syntax, ambiguous, moved, no mail for the
# domain; disabled. Not 1.7 and 1.8, which speak of the sender.
_DEAD = frozenset({(1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 1)})
_BADLY_WRITTEN = frozenset({(1, 3), (1, 4)})  # a message's own headings may be what is meant
# No way to the host; Exchange says 4.1 and 4.310 for unknown users and domains too.
_UNREACHABLE = frozenset({(4, 1), (4, 4), (4, 310)})
_UNDEFINED = frozenset({(0, 0), (1, 0), (2, 0)})
_REFUSES_MAILBOX = frozenset({550, 551, 553})  # RFC 5321: unavailable, not local, not allowed

_NO_SUCH_ADDRESS = re.compile(
    r"no such (?:user|recipient|mailbox|address|person|account)|no mailbox here"
    r"|(?:user|recipient|mailbox|address|account)\W{1,3}unknown"
    r"|(?:unknown|invalid) (?:user|recipient|mailbox|address|local part)"
    r"|(?:user|recipient|mailbox|address|account)\b[^.\n]{0,60}\b(?:not found|doesn't exist"
    r"|not exist|no longer|disabled|inactive|is unknown|unrouteable)"
    r"|unrouteable address|all relevant mx records point to non-existent hosts"
    r"|host or domain name not found|domain not found"
    r"|recipient address rejected: access denied",  # Exchange's 5.4.1
    re.I,
)
_ABOUT_SENDER = re.compile(
    r"sender\W{1,3}(?:verif|callout|address|domain|rejected|refused|denied|unknown|not )"
    r"|(?:unknown|invalid|bad|forged) sender|sender's"
    r"|verification failed for|(?:return|reverse)[ -]path|envelope[ -]from"
    r"|(?:after|in re(?:ply|sponse) to)(?: pipelined)? mail from|>>> mail from",
    re.I,
)
_NOT_THE_ADDRESS = re.compile(
    r"spam|policy|block|black ?list|listed|reputation|quota|(?:mailbox|inbox) (?:is )?full|full"
    r"|too (?:large|big|many)|exceed|limit|\brate\b|virus|malware|content|dmarc|dkim|\bspf\b"
    r"|\bptr\b|reverse|sender|authenti|relay|access|gr[ae]y ?list|temporar|try again|timed? ?out"
    r"|loop|denied",
    re.I,
)


class About(Enum):
    """What a server's reply is about: what was asked when it came."""

    SENDER = "sender"  # MAIL
    RECIPIENT = "recipient"  # RCPT
    MESSAGE = "message"  # DATA, and the message's end


def refused_at_fault(code: int, status: str, words: str, about: About) -> bool:
    """Decide whether a refusal while we send means that the address takes no mail at all.

    ``code`` is SMTP's, ``status`` the enhanced one (RFC 3463) or "". A reply to MAIL never does;
    one to the message does by its status alone, as that went to a single recipient. A reply to
    RCPT does also by its words, and by 550, 551 and 553 unless the words mind something else.
    """
    if code < 500 or about is About.SENDER or _ABOUT_SENDER.search(words):
        return False
    kind = _numbers(status)
    if about is About.MESSAGE:
        return kind in _DEAD - _BADLY_WRITTEN
    if not status:
        return code in _REFUSES_MAILBOX and not _NOT_THE_ADDRESS.search(words)
    if kind in _DEAD:
        return True
    no_such = _NO_SUCH_ADDRESS.search(words) is not None
    if kind in _UNDEFINED:
        return no_such and not _NOT_THE_ADDRESS.search(words)
    return kind in _UNREACHABLE and no_such


def bounce_at_fault(status: str, words: str, *, sure: bool = True) -> bool:
    """Decide whether a bounce means that the address takes no mail at all.

    ``status`` is the enhanced code (RFC 3463) or "", ``words`` what the server said. A full
    mailbox, a loop, a time run out, a policy, the content and the sender are no fault of the
    address. Where the code tells nothing the words decide; in their silence the answer is yes for
    5.0.0 and 550 where the words are the server's alone (``sure``), and no for a whole text.
    """
    if status.endswith(".0") or not status:
        status = status_in(words) or status
    if status.startswith(("2", "4")) or _ABOUT_SENDER.search(words):
        return False
    kind = _numbers(status)
    if kind in _DEAD or kind in _UNREACHABLE:
        return True
    if kind not in _UNDEFINED:
        return False
    if _NO_SUCH_ADDRESS.search(words):
        return True
    if _NOT_THE_ADDRESS.search(words) or not sure:
        return False
    code = _CODE.search(words)
    return int(code[1]) in _REFUSES_MAILBOX if code else bool(status)


def status_in(text: str) -> str:
    """Return the first enhanced status code of a text, such as "5.1.1", or ""."""
    match = _STATUS.search(text)
    return match[1] if match else ""


def _numbers(status: str) -> tuple[int, int]:
    """Return the subject and the detail of a status code; zeros where there is none."""
    if not status:
        return 0, 0
    _, subject, detail = status.split(".")
    return int(subject), int(detail)
