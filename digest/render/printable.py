"""Outside text and addresses made fit to print anywhere; each form then escapes them its way."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# White space other than the two no-break spaces; then what a line of text never holds: controls,
# marks that turn the writing direction, invisible formatting, half characters, non-characters.
_WHITE = re.compile(r"[^\S\u00a0\u202f]+")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0001]"
)


def line(text: str) -> str:
    """Return ``text`` on one line: white space folded, unprintable characters removed."""
    text = _UNPRINTABLE.sub("", _WHITE.sub(" ", text))
    return _WHITE.sub(" ", text).strip()


def web_url(url: str) -> str:
    """Return ``url`` when it is an http or https address fit to print, otherwise ""."""
    url = url.strip()
    if line(url) != url or re.search(r"\s", url):
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""
