"""What a mail in the bounce mailbox is: an unsubscription, a bounce, a complaint, or nothing.

Delivery reports are read as RFC 3464 has them, complaints as RFC 5965 has them, and of the many
home-made bounces those few that can be told for sure. Whose mail it was is told by the reader's
token alone, never by an address in the text, which anyone may write there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from digest.core.mailparts import Headers, Part, first, headers, part, parts, readable
from digest.core.redaction import redacted
from digest.core.returns import bounce_at_fault, status_in
from digest.models.readers import TOKEN_LENGTH


class Meaning(StrEnum):
    """What a mail in the bounce mailbox says."""

    UNSUBSCRIBE = "unsubscribe"  # its reader wants no more mail
    HARD = "hard"  # the address takes no mail
    SOFT = "soft"  # the message came back for a reason that may pass
    COMPLAINT = "complaint"  # its reader called the mail spam
    NOTHING = "nothing"  # anything else


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a mail says, and of whom: ``token`` is "" where it does not tell.

    ``status`` is the enhanced status code (RFC 3463) of a bounce, "" where it has none;
    ``words`` the server's own, one line without addresses.
    """

    meaning: Meaning
    token: str = ""
    status: str = ""
    words: str = ""


_NOTHING = Verdict(Meaning.NOTHING)

_TOKEN = rf"([a-z2-7]{{{TOKEN_LENGTH}}})(?![a-z0-9])"
_BARE_TOKEN = re.compile(rf"(?<![a-z0-9]){_TOKEN}", re.I)
_MARKED_TOKEN = re.compile(rf"(?:/unsubscribe/|\+unsubscribe-){_TOKEN}", re.I)
_WISH = re.compile(r"\s*(?:(?:re|aw|fwd?)\s*:\s*)*unsubscribe\b", re.I)

# Those that the receiving server wrote come before those that the sender chose.
_ADDRESSED = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to",
    "to", "cc", "resent-to", "apparently-to",
)  # fmt: skip
_RETURNED = frozenset({
    "message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "text/rfc822",
    "message/global", "message/global-headers",
})  # fmt: skip
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized"})

_DAEMON = re.compile(r"mailer[-_]?daemon|postmaster|mail delivery (?:sub)?system", re.I)
_FAILURE = re.compile(
    r"undeliver(?:ed|able)|delivery (?:status notification|(?:has )?fail)|returned mail"
    r"|failure notice|could not be delivered|was(?:n't| not) able to deliver|did not reach"
    r"|message you sent (?:could|can)(?:not| not)|nicht zugestellt|unzustellbar",
    re.I,
)
_PERMANENT = re.compile(r"permanent (?:fatal )?error|given up|delivery failed", re.I)
_ONLY_LATE = re.compile(
    r"delayed|not yet been delivered|will (?:be retried|retry|keep trying)|still trying"
    r"|warning message only|no action is required on your part",
    re.I,
)
_COPY = re.compile(
    r"^-+ ?(?:below this line is a copy|this is a copy of (?:the|your) message|original message"
    r"|the header of the original|message header follows|returned message)",
    re.I | re.MULTILINE,
)


def read(message: bytes, *, own_address: str) -> Verdict:
    """Return what ``message`` says; ``own_address`` is the mailbox's, without a token.

    Reads at most 256 KB, in time that grows with them only; never raises. In doubt a mail says
    nothing.
    """
    mail = parts(message)
    own = _Own(own_address)
    for leaf in mail:
        if leaf.kind == "message/feedback-report":
            return _complaint(leaf, mail, own)
        if leaf.kind == "message/delivery-status":
            return _delivery_report(leaf, mail, own)
    if mail[0].kind == "multipart/report":  # a read receipt, or something unheard of
        return _homemade_bounce(mail, own)
    token = own.unsubscribing(mail[0].headers)
    if token:
        return Verdict(Meaning.UNSUBSCRIBE, token)
    bounce = _homemade_bounce(mail, own)
    return bounce if bounce.meaning is not Meaning.NOTHING else _wish(mail, own)


class _Own:
    """Finds the tokens in our own addresses: local+TOKEN@domain, local+unsubscribe-TOKEN@domain."""

    def __init__(self, address: str) -> None:
        local, _, host = address.rpartition("@")
        before = rf"(?<![\w.+-]){re.escape(local)}"
        after = rf'"?@{re.escape(host)}(?![\w.-]*\w)'
        self._plain = re.compile(f"{before}{after}", re.I)
        self._tagged = re.compile(rf"{before}\+(?:unsubscribe-)?{_TOKEN}{after}", re.I)
        self._unsubscribe = re.compile(rf"{before}\+unsubscribe-{_TOKEN}{after}", re.I)

    def token(self, text: str) -> str:
        match = self._tagged.search(text)
        return match[1].lower() if match else ""

    def addressed(self, found: Headers) -> str:
        """Return the token of the address a mail was sent to."""
        return next(filter(None, map(self.token, _addresses(found))), "")

    def unsubscribing(self, found: Headers) -> str:
        for text in _addresses(found):
            match = self._unsubscribe.search(text)
            if match:
                return match[1].lower()
        return ""

    def is_addressed_without_tag(self, found: Headers) -> bool:
        return any(self._plain.search(text) for text in _addresses(found))

    def returned(self, found: Headers) -> str:
        """Return the token in the headers of a message of ours that came back."""
        for name in ("return-path", "errors-to", "sender", "list-unsubscribe", "x-original-from"):
            for value in found.get(name, ()):
                token = self.token(value) or _search(_MARKED_TOKEN, value)
                if not token and name == "list-unsubscribe":  # a URL of the user's own making
                    token = _search(_BARE_TOKEN, value)
                if token:
                    return token
        return ""


def _complaint(report: Part, mail: list[Part], own: _Own) -> Verdict:
    fields = headers(report.decoded().strip(b"\n"))
    if first(fields, "feedback-type").strip().lower() not in _COMPLAINTS:
        return _NOTHING
    token = next(filter(None, map(own.token, fields.get("original-mail-from", ()))), "")
    token = token or _returned_token(mail, own) or own.addressed(mail[0].headers)
    return Verdict(Meaning.COMPLAINT, token, words="reported as spam")


def _delivery_report(report: Part, mail: list[Part], own: _Own) -> Verdict:
    """Judge by the report's recipients: hard only where nobody got it and each is at fault."""
    failed, reached = [], False
    for fields in _recipients(report):
        action = first(fields, "action").partition(";")[0].strip().lower()
        status = status_in(first(fields, "status"))
        if action == "failed" or (not action and status.startswith("5")):
            failed.append((status, _diagnosis(fields)))
        reached = reached or action in ("delivered", "relayed", "expanded")
    if not failed:
        return _NOTHING
    hard = not reached and all(bounce_at_fault(status, words) for status, words in failed)
    status, words = failed[0]
    token = own.addressed(mail[0].headers) or _returned_token(mail, own)
    return Verdict(
        Meaning.HARD if hard else Meaning.SOFT,
        token,
        status or status_in(words),
        redacted(words),
    )


def _recipients(report: Part) -> Iterator[Headers]:
    """Yield the groups of fields about one recipient each; the first group is about the mail."""
    for group in re.split(rb"\n[ \t]*\n", report.decoded(), maxsplit=100)[:100]:
        fields = headers(group.strip(b"\n"))
        if "action" in fields or "status" in fields:
            yield fields


def _diagnosis(fields: Headers) -> str:
    return first(fields, "diagnostic-code").partition(";")[2].strip() or first(
        fields, "diagnostic-code"
    )


def _returned_token(mail: Iterable[Part], own: _Own) -> str:
    for leaf in mail:
        if leaf.kind in _RETURNED:
            token = own.returned(part(leaf.decoded().lstrip(b"\n")).headers)
            if token:
                return token
    return ""


def _homemade_bounce(mail: list[Part], own: _Own) -> Verdict:
    """Judge a bounce that is no report: from a mail server, saying so, with a code or verdict."""
    top = mail[0].headers
    sender = " ".join((first(top, "from"), first(top, "return-path")))
    if not (_DAEMON.search(sender) or "<>" in sender or "x-failed-recipients" in top):
        return _NOTHING
    text = _plain_text(mail)
    copy = _COPY.search(text)
    said = text[: copy.start() if copy else 8_000][:8_000]
    subject = readable(first(top, "subject"))
    if not (_FAILURE.search(subject) or _FAILURE.search(said)):
        return _NOTHING
    if _ONLY_LATE.search(subject) or _ONLY_LATE.search(said):
        return _NOTHING
    status = status_in(said)
    if not (status or re.search(r"(?<![\d.])[45][0-5]\d[ -]", said) or _PERMANENT.search(said)):
        return _NOTHING
    token = own.addressed(top) or _returned_token(mail, own)
    token = token or own.token(text) or _search(_MARKED_TOKEN, text)
    meaning = Meaning.HARD if bounce_at_fault(status, said, sure=False) else Meaning.SOFT
    return Verdict(meaning, token, status, redacted(_telling_line(said)))


def _telling_line(said: str) -> str:
    """Return the line that holds the server's code, with the next, which often goes on."""
    lines = said.split("\n")
    for number, line in enumerate(lines):
        if status_in(line) or re.search(r"(?<![\d.])[45][0-5]\d[ -]", line):
            return " ".join(lines[number : number + 2])
    return ""


def _wish(mail: list[Part], own: _Own) -> Verdict:
    """Take "unsubscribe" with a token anywhere, where a server strips the tag off our address."""
    top = mail[0].headers
    subject = readable(first(top, "subject"))
    if not (_WISH.match(subject) and own.is_addressed_without_tag(top)):
        return _NOTHING
    text = f"{subject}\n{_plain_text(mail)}"
    token = _search(_MARKED_TOKEN, text) or own.token(text) or _search(_BARE_TOKEN, text)
    return Verdict(Meaning.UNSUBSCRIBE, token) if token else _NOTHING


def _plain_text(mail: list[Part]) -> str:
    """Return the first text of a mail, an HTML one with its tags where there is no other."""
    leaves = mail[1:] or mail[:1]
    for kinds in (("text/plain", ""), ("text/html",)):
        for leaf in leaves:
            if leaf.kind in kinds:
                return leaf.text()
    return ""


def _addresses(found: Headers) -> Iterator[str]:
    for name in _ADDRESSED:
        yield from found.get(name, ())


def _search(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].lower() if match else ""
