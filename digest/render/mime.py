"""The message a reader gets: headings and two parts, encoded once for all readers."""

from __future__ import annotations

import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import quote

from digest.errors import MailRefused, RenderError
from digest.models import Recipient
from digest.models.readers import ANY_TOKEN

LINE = 78  # RFC 5322: what a line of the header should not exceed; 998 is the end
_LONGEST_URL = 900

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = rf"{_ATEXT}+(?:\.{_ATEXT}+)*"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_LIST_ID = re.compile(rf"(.*?)\s*<({_LOCAL})>|({_LOCAL})")
_URL = re.compile(r"(https?)://[A-Za-z0-9\[][A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]*", re.IGNORECASE)
_TOKEN = re.compile(rb"[a-z0-9]{%d}" % len(ANY_TOKEN))

# The stand-in as quoted-printable may have it: a soft line break anywhere between its letters.
_SOFT = "=\r\n"
_STAND_IN = re.compile(f"(?:{re.escape(_SOFT)})?".join(ANY_TOKEN).encode())


@dataclass(frozen=True, slots=True)
class MailHeadings:
    """What the header of every message says beside its subject; "" stands for none.

    ``list_id`` is an id such as ``daily.example.org``, with or without a name before ``<id>``.
    ``unsubscribe_url`` and ``unsubscribe_mail`` (an address) hold ANY_TOKEN where the reader's
    token goes.
    """

    sender: str
    reply_to: str
    list_id: str
    unsubscribe_url: str
    unsubscribe_mail: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to many: what differs from reader to reader is put in by ``to``.

    ``pieces`` are the fixed bytes; after the first comes the address, after the second the
    Message-ID, after each further one but the last a part of the token, ``slices`` say which.
    """

    pieces: tuple[bytes, ...]
    slices: tuple[slice, ...]
    edition_id: str
    domain: str

    @property
    def size(self) -> int:
        """Return the size of the message in bytes, the reader's address not counted."""
        tokens = sum(len(ANY_TOKEN[part]) for part in self.slices)
        return sum(map(len, self.pieces)) + tokens + len(self._id(ANY_TOKEN))

    def message_id(self, recipient: Recipient) -> str:
        """Return the Message-ID, always the same for an edition and a reader.

        It is a hash over the token, so nobody learns the address from it.
        """
        return self._id(recipient.token)

    def to(self, recipient: Recipient) -> bytes:
        """Return the message to one reader: ASCII, CRLF, no line over 998 characters.

        Raises MailRefused where the address cannot stand in a header.
        """
        if len(recipient.address) > 320 or not _ADDRESS.fullmatch(recipient.address):
            raise MailRefused(
                "The address is not one that a message can be sent to.", address_at_fault=True
            )
        token = recipient.token.encode("ascii", "replace")
        if not _TOKEN.fullmatch(token):
            raise RenderError(f"A reader’s token is not {len(ANY_TOKEN)} letters and digits.")
        filled = [recipient.address.encode(), self.message_id(recipient).encode()]
        filled += [token[part] for part in self.slices]
        joined = [b""] * (2 * len(self.pieces) - 1)
        joined[::2] = self.pieces
        joined[1::2] = filled
        return b"".join(joined)

    def _id(self, token: str) -> str:
        secret = hashlib.sha256(f"{self.edition_id}\n{token}".encode()).hexdigest()
        return f"<{secret[:32]}@{self.domain}>"


def compose(
    *,
    subject: str,
    text: str,
    html: str,
    headings: MailHeadings,
    date: datetime,
    edition_id: str,
) -> Letter:
    """Return the message as multipart/alternative, plain before HTML, both quoted-printable.

    The header follows RFC 5322, 2047, 2369 (List-Unsubscribe), 2919 (List-Id), 3834
    (Auto-Submitted) and 8058 (one click). The same input gives the same bytes. Raises RenderError
    for a heading that cannot stand in a header.
    """
    name, sender = _mailbox("from", headings.sender)
    first = [
        _line("From", _written(name, sender, "From")),
        _line("Reply-To", _reply_to(headings.reply_to)),
        _line("Subject", _encoded(_clean("subject", subject), "Subject")),
        _line("Date", format_datetime(date)),
    ]
    rest = [
        _line("MIME-Version", "1.0"),
        _line("List-Id", _list_id(headings.list_id)),
        *_unsubscribe_lines(headings),
        _line("Precedence", "bulk"),
        _line("Auto-Submitted", "auto-generated"),
    ]
    body = _body(text, html)
    pieces, slices = _cut("".join(rest).encode("ascii") + body)
    pieces[0] = b"\r\n" + pieces[0]
    start = "".join(first).encode("ascii") + b"To: "
    return Letter(
        (start, b"\r\nMessage-ID: ", *pieces), tuple(slices), edition_id, sender.partition("@")[2]
    )


def _cut(data: bytes) -> tuple[list[bytes], list[slice]]:
    """Return what stands between the parts of the stand-in, and which parts of it they are.

    A token is as long as its stand-in, so put in its place it leaves every line as it was.
    """
    pieces, slices, end = [], [], 0
    for start, stop, part in _parts_of_stand_ins(data):
        pieces.append(data[end:start])
        slices.append(part)
        end = stop
    return [*pieces, data[end:]], slices


def _parts_of_stand_ins(data: bytes) -> Iterator[tuple[int, int, slice]]:
    for match in _STAND_IN.finditer(data):
        place, done = match.start(), 0
        for part in match[0].split(_SOFT.encode()):
            yield place, place + len(part), slice(done, done + len(part))
            place += len(part) + len(_SOFT)
            done += len(part)


def _body(text: str, html: str) -> bytes:
    """Return the two parts with their headings; the boundary cannot occur in quoted-printable."""
    parts = [("plain", _quoted_printable(text)), ("html", _quoted_printable(html))]
    digest = hashlib.sha256(b"\n".join(encoded for _, encoded in parts)).hexdigest()
    boundary = f"=_{digest[:32]}"
    lines = [f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode()]
    for kind, encoded in parts:
        lines.append(
            f"\r\n--{boundary}\r\n"
            f"Content-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
            + encoded
        )
    return b"".join(lines) + f"\r\n--{boundary}--\r\n".encode()


def _quoted_printable(text: str) -> bytes:
    """Return the text encoded, its lines at most 76 characters and ended by CRLF."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoded = binascii.b2a_qp(plain, istext=True)
    # Some servers put a ">" before a line that begins so, which breaks a signature.
    encoded = re.sub(rb"^From ", b"=46rom =\n", encoded, flags=re.MULTILINE)
    return encoded.replace(b"\n", b"\r\n")


def _unsubscribe_lines(headings: MailHeadings) -> list[str]:
    """Return the lines, written by hand: an encoded word would make the address useless."""
    ways = []
    url = _usable_url(headings.unsubscribe_url)
    if url:
        ways.append(f"<{url}>")
    if headings.unsubscribe_mail:
        _, address = _mailbox("unsubscribe address", headings.unsubscribe_mail)
        local, _, domain = address.partition("@")
        ways.append(f"<mailto:{quote(local, safe='+!$*~')}@{domain}?subject=unsubscribe>")
    lines = [_line("List-Unsubscribe", ",\r\n ".join(ways))]
    if url.lower().startswith("https:") and ANY_TOKEN in url:  # one click tells who it was
        lines.append(_line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return lines


def _usable_url(url: str) -> str:
    """Return the URL, or "" for what nobody could open, such as a provider's placeholder."""
    url = _clean("unsubscribe_url", url)
    if not url.isascii():
        raise RenderError(
            "unsubscribe_url: a message’s header takes ASCII only: write the domain as xn--…, "
            "the rest with %XX"
        )
    if len(url) > _LONGEST_URL:
        raise RenderError(f"unsubscribe_url: it is longer than {_LONGEST_URL} characters")
    return url if _URL.fullmatch(url) else ""


def _list_id(text: str) -> str:
    if not _clean("list id", text):
        return ""
    match = _LIST_ID.fullmatch(text.strip())
    if not match:
        raise RenderError(f"list id: {text!r} is not like daily.example.org")
    name, own = match[1] or "", match[2] or match[3]
    return f"{_phrase(name, 'List-Id')} <{own}>" if name else f"<{own}>"


def _reply_to(text: str) -> str:
    return _written(*_mailbox("reply_to", text), "Reply-To") if text else ""


def _mailbox(what: str, text: str) -> tuple[str, str]:
    """Return the name and the address of ``Name <local@domain>``."""
    name, address = parseaddr(_clean(what, text))
    name = _clean(what, _decoded(name))
    local, at, domain = address.rpartition("@")
    try:
        address = local + at + (domain if domain.isascii() else domain.encode("idna").decode())
    except UnicodeError:
        address = ""
    if len(address) > 320 or not _ADDRESS.fullmatch(address):
        raise RenderError(f"{what}: it is not an address like Name <name@example.org>")
    return name, address


def _decoded(name: str) -> str:
    """Return a name whose encoded words are undone; what is broken stays as it is."""
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name


def _written(name: str, address: str, heading: str) -> str:
    if not name:
        return address
    gap = "\r\n " if len(name) + len(address) + len(heading) > LINE - 8 else " "
    return f"{_phrase(name, heading)}{gap}<{address}>"


def _phrase(name: str, heading: str) -> str:
    if name.isascii() and "=?" not in name and len(name) < 200:
        return formataddr((name, "a@b")).removesuffix(" <a@b>")
    return Header(name.encode("utf-8", "replace"), "utf-8", header_name=heading).encode(
        linesep="\r\n"
    )


def _encoded(text: str, heading: str) -> str:
    """Return unstructured text as ASCII, folded; encoded words only where it takes them."""
    plain = text.isascii() and "=?" not in text and max(map(len, text.split(" "))) <= LINE // 2
    header = Header(
        text.encode("utf-8", "replace"), "us-ascii" if plain else "utf-8", header_name=heading
    )
    return header.encode(linesep="\r\n")


def _line(name: str, value: str) -> str:
    return f"{name}: {value}\r\n" if value else ""


def _clean(what: str, text: str) -> str:
    """Return the text as it is, where it cannot end the line it is to stand in."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text):
        raise RenderError(f"{what}: a line break or control character cannot stand in a header")
    return text
