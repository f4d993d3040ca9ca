"""Which addresses are one page: AMP and mobile spellings, www, schemes, slashes."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from digest.core.urls import identity, registrable_domain
from digest.models import Entry

_MOBILE: Final = frozenset({"m", "mobile", "touch", "amp"})
# In every address that is spelled another way, and in few of the others.
_SIGN: Final = re.compile(
    r"(?<!:)//|amp|/(?:index|default)\.|//(?:[^/]*\.)?(?:m|mobile|touch)\.", re.I
)
_AMP_QUERY: Final = re.compile(r"(?:amp(?:=(?:1|true|yes)?)?|outputtype=amp|output=amp)", re.I)
_AMP_SUFFIX: Final = re.compile(r"(?<=[^/])[./]amp(?:(\.html?)|(/?))\Z", re.I)
_INDEX: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)/?\Z", re.I)


def plain(url: str) -> str:
    """Return the spelling under which an entry's identity is kept, given a canonical address.

    AMP and mobile spellings become the page's usual one, as far as it can be told; so do doubled
    slashes and a directory's "index.html". Any other address comes back as it is: stored
    identities rest on it. Not an address to open. plain(plain(x)) == plain(x).
    """
    if not _SIGN.search(url):
        return url
    while (simpler := _simpler(url)) != url:  # "…//amp/index.html"; each step is shorter or final
        url = simpler
    return url


def key(url: str) -> str:
    """Return what all addresses of one page share: `plain`, without scheme, www and end slash."""
    found = plain(url)
    host, slash, rest = found.partition("://")[2].partition("/")
    path, mark, query = rest.partition("?")
    return f"{_bare(host)}{slash}{path.rstrip('/')}{mark}{query}"


def page_id(url: str) -> str:
    """Return the identity of the entry and the article at a canonical address."""
    return identity(plain(url))


def sibling_ids(entry: Entry) -> tuple[str, ...]:
    """Return the identities of its page's other spellings; none for a part of a page."""
    if not entry.url or entry.id != page_id(entry.url):
        return ()
    return tuple(identity(url) for url in spellings(entry.url)[1:])


def spellings(url: str) -> tuple[str, ...]:
    """Return the addresses that may be stored of this page: `plain` first, then its siblings.

    http and https, with www and without (where the domain itself is the host), with a slash at
    the end and without: at most eight.
    """
    first = plain(url)
    if not first:
        return ()
    scheme, _, rest = first.partition("://")
    host, _, path = rest.partition("/")
    path, mark, query = path.partition("?")
    bare = _bare(host)
    hosts = [host]
    if "." in bare and bare.partition(":")[0] == registrable_domain(bare):
        hosts += [bare if bare != host else f"www.{host}"]
    ends = [path]
    if path:
        ends += [path.rstrip("/") if path.endswith("/") else f"{path}/"]
    schemes = [scheme, "http" if scheme == "https" else "https"]
    return tuple(f"{s}://{h}/{end}{mark}{query}" for s in schemes for h in hosts for end in ends)


def _bare(host: str) -> str:
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def _simpler(url: str) -> str:
    parts = urlsplit(url)
    path = _INDEX.sub("/", re.sub(r"/{2,}", "/", parts.path))
    path = _AMP_SUFFIX.sub(lambda found: found[1] or found[2] or "", path)
    pairs = parts.query.split("&") if parts.query else []
    query = "&".join(pair for pair in pairs if not _AMP_QUERY.fullmatch(pair))
    return f"{parts.scheme}://{_host(parts.netloc)}{path or '/'}" + (f"?{query}" if query else "")


def _host(host: str) -> str:
    """Return the host of the usual page.

    "m.example.org" is "www.example.org", "en.m.example.org" is "en.example.org".
    """
    labels = host.split(".")
    name = host.partition(":")[0]
    own = len(registrable_domain(name).split("."))
    front = labels[: len(labels) - own]
    if not front or name.replace(".", "").isdigit() or "[" in host:
        return host
    if front[0] in _MOBILE:
        front = front[1:] or ["www"]
    elif front[-1] in _MOBILE:
        front = front[:-1]
    elif front[0] == "www" and len(front) == 2 and front[1] in _MOBILE:
        front = ["www"]
    return ".".join([*front, *labels[len(labels) - own :]])
