"""Bytes → text, when what is declared cannot be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What browsers read under these labels (WHATWG Encoding): supersets of what they name.
_SUPERSETS = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-9": "windows-1254",
}
# Python knows these as encodings; no document is in them, and some take quadratic time.
_UNFIT = re.compile(r"(?:idna|punycode|undefined|mbcs|oem|.*escape.*)", re.I)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_GUESS_BYTES = 50_000


def decode(body: bytes, declared: Sequence[str]) -> str:
    """Return the body as text: byte order mark, valid UTF-8, what is declared, the likeliest.

    ``declared`` holds encoding names, the most trusted first. Never fails: what fits nothing is
    read with replacement characters.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    if body[:4] in (b"<\0?\0", b"<\0r\0", b"<\0!\0", b"<\0h\0"):
        return body.decode("utf-16-le", "replace")
    if body[:4] in (b"\0<\0?", b"\0<\0r", b"\0<\0!", b"\0<\0h"):
        return body.decode("utf-16-be", "replace")
    names = [_SUPERSETS.get(n.lower(), n) for n in declared if not _UNFIT.fullmatch(n)]
    # ISO-2022 and its like are escape sequences in ASCII, so they always pass for UTF-8.
    for name in [*names, "utf-8"] if b"\x1b$" in body[:200_000] else ["utf-8", *names]:
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(body[:_GUESS_BYTES]).best()
    return body.decode(best.encoding if best else "windows-1252", "replace")


def charset(content_type: str) -> list[str]:
    """Return the encoding an HTTP Content-Type names, in a list of one or none."""
    found = _CHARSET.search(content_type[:500])
    return [found.group(1)] if found else []


def xml_charset(body: bytes) -> list[str]:
    """Return the encoding an XML declaration names, in a list of one or none."""
    found = _XML.match(body[:1_000])
    return [found[1].decode("ascii", "replace")] if found else []
