"""Addresses as others may see them: without the secrets that some hold."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from digest.core.urls import identity

# Names of parameters: "key" and "api_key", not "keyword" or "monkey".
_SECRET = re.compile(
    r"(?:^|[_.-])(?:auth|h?mac|jwt|key|pass|pwd|sid|sig|uid|user)(?:$|[_.-])"
    r"|(?:api|access|auth)key|credential|passw|secret|session|signature|token|username",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")  # of an address
_LONGEST = 4_000  # characters of an address that is told beside another
_SHARED = re.compile(r"\{([0-9]{1,4})\}")
_ADDRESS = re.compile(r"@|%40", re.IGNORECASE)  # in a value: somebody's e-mail address
_IN_TEXT = re.compile(r"https?://[^\s“”\"'<>`]+?(?=[:;,.)\]]*(?:[\s“”\"'<>`]|\Z))", re.IGNORECASE)
_FEED = re.compile(r"feed:[0-9a-f]{16}")
_HOST = re.compile(r"host:[0-9a-f]{16}")
_GUID = re.compile(r"guid:[0-9a-f]{16}")


def feed_key(url: str) -> str:
    """Return what a feed is known by in the files: a hash of its address, without any password."""
    return url if _FEED.fullmatch(url) else "feed:" + identity("feed", without_secrets(url))


def host_key(origin: str) -> str:
    """Return what a site is known by where nobody need read its name: a hash of that."""
    return origin if is_host_key(origin) else "host:" + identity("host", origin)


def guid_key(guid: str) -> str:
    """Return what an entry's guid is known by in the files: a hash, since it may be an address."""
    return guid if not guid or is_guid_key(guid) else "guid:" + identity("guid", guid)


def without_secrets(url: str) -> str:
    """Return an address without its user name, and without parameters' values that look like keys
    or hold an e-mail address.
    """
    return _without(url, "")


def shown(url: str) -> str:
    """Return an address for a person: ``without_secrets``, with "…" for each value left out."""
    return _without(url, "…")


def shown_in(text: str) -> str:
    """Return a sentence with every web address in it as ``shown``."""
    return _IN_TEXT.sub(lambda found: shown(found[0]), text)


def _without(url: str, sign: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    kept = [
        name + (mark + sign if sign and value else "")
        if _SECRET.search(name) or _ADDRESS.search(value)
        else name + mark + value
        for name, mark, value in pairs
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(kept), parts.fragment))


def beside(address: str, url: str) -> str:
    """Return an address with a number in braces for each word of it that ``url`` holds too.

    "" where either holds what looks like a secret. What else is secret in ``url`` is not told.
    """
    if not address.startswith(("http://", "https://")) or "{" in address:
        return ""
    if not address.isprintable() or len(url) > _LONGEST:
        return ""
    if without_secrets(url) != url or without_secrets(address) != address:
        return ""
    words = {word: n for n, word in enumerate(_WORD.findall(url))}
    told = _WORD.sub(lambda m: f"{{{words[m[0]]}}}" if m[0] in words else m[0], address)
    return told if len(told) <= _LONGEST else ""


def from_beside(told: str, url: str) -> str:
    """Return the address that ``beside`` told of; raises ValueError where ``url`` is another."""
    words = _WORD.findall(without_secrets(url))
    if any(int(n) >= len(words) for n in _SHARED.findall(told)):
        raise ValueError("an address is told by another feed's")
    return _SHARED.sub(lambda m: words[int(m[1])], told)


def is_key(feed_url: str) -> bool:
    """Tell whether this stands for the address of a feed that is not configured."""
    return _FEED.fullmatch(feed_url) is not None


def is_host_key(origin: str) -> bool:
    """Tell whether this stands for a site whose name is not known."""
    return _HOST.fullmatch(origin) is not None


def is_guid_key(guid: str) -> bool:
    """Tell whether this stands for a guid that is not known."""
    return _GUID.fullmatch(guid) is not None
