"""Why a message came back: is the address to blame, or the moment, the message, the sender?"""

from __future__ import annotations

import re

# RFC 3463: class.subject.detail; not part of an address such as 5.9.12.33 or a version.
_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\d.])([45][0-5]\d)(?=[ -])")

_NO_SUCH_ADDRESS = re.compile(
    r"no such (?:user|recipient|mailbox|address|person|account)|no mailbox here"
    r"|(?:user|recipient|mailbox|address|account)\W{1,3}unknown"
    r"|(?:unknown|invalid) (?:user|recipient|mailbox|address|local part)"
    r"|(?:user|recipient|mailbox|address|account)\b[^.\n]{0,60}\b(?:not found|doesn't exist"
    r"|not exist|no longer|disabled|inactive|is unknown|unrouteable)"
    r"|unrouteable address|all relevant mx records point to non-existent hosts"
    r"|host or domain name not found|domain not found",
    re.I,
)
_NOT_THE_ADDRESS = re.compile(
    r"spam|policy|blocked|block ?list|black ?list|reputation|quota|(?:mailbox|inbox) (?:is )?full"
    r"|full mailbox|over ?quota|too (?:large|big|many)|exceed|size limit|virus|malware|content"
    r"|dmarc|dkim|\bspf\b|sender|authenticat|relay|rate.?limit|temporar|try again|timed? ?out"
    r"|loop|denied",
    re.I,
)
_ADDRESS = re.compile(r"""(?:"[^"]{0,64}"|[^\s<>"(),:;\[\]@]{0,64})@[^\s<>"'(),:;@]{0,255}""")
_LONG_MARK = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])", re.I)
_LONGEST_WORDS = 200


def at_fault(status: str, words: str, *, sure: bool = True) -> bool:
    """Decide whether a refusal means that the address takes no mail at all.

    ``status`` is the enhanced code (RFC 3463) or "", ``words`` what the server said. A full
    mailbox, a loop, a time run out, a policy, the content and the sender are no fault of the
    address. Where the code tells nothing the words decide; in their silence the answer is yes for
    5.0.0 and 550 where the words are the server's alone (``sure``), and no for a whole text.
    """
    if status.endswith(".0") or not status:
        status = status_in(words) or status
    if status.startswith(("2", "4")):
        return False
    subject, detail = _numbers(status)
    if subject == 1 and detail not in (0, 7, 8):  # 7, 8: the sender's address is bad
        return True
    if (subject, detail) in ((2, 1), (4, 1), (4, 4), (4, 310)):  # disabled; no such host
        return True
    if subject not in (0, 1, 2) or (subject and detail):
        return False
    if _NO_SUCH_ADDRESS.search(words):
        return True
    if _NOT_THE_ADDRESS.search(words) or not sure:
        return False
    code = _CODE.search(words)
    return code[1] in ("550", "551", "553") if code else bool(status)


def status_in(text: str) -> str:
    """Return the first enhanced status code of a text, such as "5.1.1", or ""."""
    match = _STATUS.search(text)
    return match[1] if match else ""


def plain_words(text: str) -> str:
    """Return a server's words as one short line without addresses and readers' tokens."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2_000]).split())
    line = _LONG_MARK.sub("…", _ADDRESS.sub("…", line))
    return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1] + "…"


def _numbers(status: str) -> tuple[int, int]:
    """Return the subject and the detail of a status code; zeros where there is none."""
    if not status:
        return 0, 0
    _, subject, detail = status.split(".")
    return int(subject), int(detail)
