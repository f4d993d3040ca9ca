"""Addresses that stand for another: what they wrap, and which of them do not tell."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote

_GOOGLE: Final = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_AMP_CACHE: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)?cdn\.ampproject\.org")
# "/c/s/host/path": content ("c", or "v" in a viewer, "wp" a signed exchange), "s" for https.
_AMP_PATH: Final = re.compile(r"/(?:c|v|wp)/(s/)?([^/]+\.[^/]+(?:/.*)?)", re.S)
_GOOGLE_AMP: Final = re.compile(r"/amp/(s/)?([^/]+\.[^/]+(?:/.*)?)", re.S)
# Where such a link leads, no server says but in a page of its own that programs are kept from.
_TELL_NOTHING: Final = re.compile(
    r"(?:news\.google\.[a-z.]{2,6}/(?:rss/|__i/rss/)?(?:articles|read|stories)/"
    r"|apple\.news/|flip\.it/|(?:www\.)?bing\.com/(?:news/apiclick\.aspx|ck/))"
)
NAMES: Final = re.compile(r"ampproject\.org/|google\.|bing\.com/")  # in addresses that may wrap one


def wrapped(host: str, path: str, query: str) -> str:
    """Return the address that an AMP cache's or a search engine's address names, or "".

    Unchecked, as it stands there; nobody is asked. ``query`` may be escaped.
    """
    found = None
    if _AMP_CACHE.fullmatch(host):
        found = _AMP_PATH.fullmatch(path)
    elif _GOOGLE.fullmatch(host):
        if path == "/url":
            return _parameter(query, "q", "url")
        found = _GOOGLE_AMP.fullmatch(path)
    elif host in ("bing.com", "www.bing.com") and path.lower() == "/news/apiclick.aspx":
        return _parameter(query, "url")
    if found is None:
        return ""
    inside = f"{'https' if found[1] else 'http'}://{unquote(found[2])}"
    return f"{inside}?{query}" if query else inside


def tells_nothing(url: str) -> bool:
    """Whether a canonical address is an aggregator's that leads on without saying where."""
    return _TELL_NOTHING.match(url.partition("://")[2]) is not None


def _parameter(query: str, *names: str) -> str:
    """Return the first of these parameters that holds a whole web address, or ""."""
    try:
        given = dict(parse_qsl(query, max_num_fields=100))
    except ValueError:
        return ""
    values = (given.get(name, "") for name in names)
    return next((v for v in values if v.lower().startswith(("http://", "https://"))), "")
