"""A mail's bytes as its parts, whatever a stranger has sent: bounded in size, depth and number.

The standard library's parser recurses once a level and compares each line with every boundary
that is open, so 256 KB can keep it busy for minutes. This reader takes less than all of MIME and
stops early; what it leaves out is never needed to understand a bounce.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_MESSAGE = 262_144  # bytes; the rest is not looked at
_LONGEST_HEADERS = 65_536  # bytes of one part
_LONGEST_VALUE = 4_000  # characters of one header
_MOST_PARTS = 30
_DEEPEST = 6

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
_BOUNDARY = re.compile(r"""\bboundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))""", re.I)
_ENCODED_WORD = re.compile(r"=\?[\w-]{1,40}\?[bq]\?", re.I)

Headers = Mapping[str, tuple[str, ...]]  # by name in lower case, in their order


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail, or its top: ``body`` is as sent, with line ends as ``\\n``."""

    headers: Headers
    body: bytes

    @property
    def kind(self) -> str:
        """Return the content type in lower case, such as "text/plain"."""
        return first(self.headers, "content-type").partition(";")[0].strip().lower()

    def decoded(self) -> bytes:
        """Return the body without base64 or quoted-printable; damage is passed over."""
        encoding = first(self.headers, "content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return _from_base64(self.body)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body).replace(b"\r\n", b"\n")
        return self.body

    def text(self) -> str:
        """Return the decoded body as text; what is not UTF-8 is taken for Latin-1."""
        return _text(self.decoded())


def parts(message: bytes) -> list[Part]:
    """Return the mail itself, then its leaves from top to bottom; messages within stay whole."""
    clean = message[:LONGEST_MESSAGE].replace(b"\0", b"")
    top = part(clean.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    found = [top]
    for leaf in _leaves(top, _DEEPEST):
        found.append(leaf)
        if len(found) > _MOST_PARTS:
            break
    return found


def part(lines: bytes) -> Part:
    """Return the headers and the body of what begins with headers."""
    if lines.startswith((b"From ", b">From ")):  # mbox's line before the headers
        lines = lines.partition(b"\n")[2]
    if lines.startswith(b"\n"):
        return Part({}, lines[1:])
    head, _, body = lines.partition(b"\n\n")
    return Part(headers(head), body)


def headers(head: bytes) -> Headers:
    """Return the headers of a block of lines, unfolded; a line that is none ends them."""
    found: dict[str, list[str]] = {}
    unfolded = re.sub(r"\n[ \t]+", " ", _text(head[:_LONGEST_HEADERS]))
    for line in unfolded.split("\n"):
        match = _FIELD.fullmatch(line)
        if match is None:
            break
        found.setdefault(match[1].lower(), []).append(match[2][:_LONGEST_VALUE].strip())
    return {name: tuple(values) for name, values in found.items()}


def first(found: Headers, name: str) -> str:
    """Return a header's first value, "" where there is none."""
    return found.get(name, ("",))[0]


def readable(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) decoded where they can be."""
    if not _ENCODED_WORD.search(value):
        return value
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        return value


def _leaves(part_: Part, deeper: int) -> Iterator[Part]:
    if not part_.kind.startswith("multipart/"):
        return
    for inner in _split(part_):
        if inner.kind.startswith("multipart/"):
            if deeper:
                yield from _leaves(inner, deeper - 1)
        else:
            yield inner


def _split(multipart: Part) -> Iterator[Part]:
    """Yield what stands between the boundaries; a cut message lacks the last."""
    match = _BOUNDARY.search(first(multipart.headers, "content-type"))
    if match is None:
        return
    name = re.escape((match[1] or match[2]).rstrip().encode("utf-8", "replace"))
    start = None
    for line in re.finditer(rb"^--" + name + rb"(--)?[ \t]*$\n?", multipart.body, re.MULTILINE):
        if start is not None:
            yield part(multipart.body[start : line.start()])
        start = line.end()
        if line[1]:
            return
    if start is not None:
        yield part(multipart.body[start:])


def _from_base64(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    whole = len(letters) - len(letters) % 4
    try:
        return binascii.a2b_base64(letters[:whole]).replace(b"\r\n", b"\n")
    except binascii.Error:
        return b""


def _text(lines: bytes) -> str:
    try:
        return lines.decode("utf-8")
    except UnicodeDecodeError:
        return lines.decode("latin-1")
