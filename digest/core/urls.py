"""One spelling for one address: canonical URLs, registrable domains, identities."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urljoin, urlsplit

from digest.core import wrappers

LONGEST = 2_000  # characters; what servers, mail programs and browsers all still take
_LONGEST_RAW = 20_000  # before trackers are removed
_LONGEST_HEAD = 600  # of an address whose origin is wanted

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from, never which page is meant. Taken from the
# parameters seen in real feeds and from the lists that browsers' privacy filters publish.
_TRACKER_PREFIXES = ("utm_", "at_", "mc_", "mtm_", "pk_", "itm_", "hsa_", "guce_", "stm_", "ns_")
_TRACKER_NAMES = """
    __hsfp __hssc __hstc __twitter_impression _hsenc _hsmi _kx _openstat cmp cmpid dclid ef_id
    fb_action_ids fb_action_types fb_ref fb_source fbclid ftag gad_campaignid gad_source gbraid
    gclid gclsrc guccounter hsctatracking icid igsh igshid li_fat_id mkt_tok ml_subscriber
    ml_subscriber_hash msclkid ncid ocid oly_anon_id oly_enc_id rb_clickid ref ref_src ref_url
    referer referrer rss_id s_cid s_kwcid smid smtyp spm sref srsltid taid tpcc traffic_source
    ttclid twclid vero_conv vero_id wbraid wickedid wt.mc_id wt_mc wt_zmc xtor yclid ysclid
"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
# These are trackers only with such a value ("?source=rss----3", "?partner=rss&emc=rss").
_SOURCE_NAMES = frozenset({"source", "src", "partner", "emc", "from", "via", "medium", "cid"})
_SOURCE_VALUES = ("rss", "feed", "newsletter", "twitter", "facebook", "linkedin", "email")

_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_KEPT = frozenset("/:@!$&'()*+,;=")
_QUERY_KEPT = _PATH_KEPT | {"?"}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def canonical(url: str, base: str = "") -> str:
    """Return the one spelling of an http(s) address, or "" when it is unusable.

    It is the one to open and to show; which addresses are one page is for `samepage` to tell.
    Resolved against ``base``; scheme and host in lower case, host in its ASCII (IDNA) form; user
    names, default ports, fragments and trackers dropped; dot segments resolved; escapes spelled one
    way (RFC 3986, 6.2.2); taken out of an AMP cache's or a search engine's address (`wrappers`).
    The path's case and the order of the query stay. At most 2,000 characters. Takes any string and
    never raises; canonical(canonical(x)) == canonical(x).
    """
    found = _canonical(url, base)
    while wrappers.NAMES.search(found):  # nearly no address wraps another
        host, _, rest = found.partition("://")[2].partition("/")
        path, _, query = rest.partition("?")
        inside = _canonical(wrappers.wrapped(host, f"/{path}", query), "")
        if not inside:
            break
        found = inside
    return found


def origin(url: str) -> str:
    """Return "https://example.org" for an address as it is asked, "" where it is unusable.

    With a port where it is not the scheme's own. What the address wraps is not looked at.
    """
    head = re.split(r"[?#]", url, maxsplit=1)[0][:_LONGEST_HEAD]
    scheme, _, rest = _canonical(head, "").partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if rest else ""


def _canonical(url: str, base: str) -> str:
    if len(url) > _LONGEST_RAW or len(base) > _LONGEST_RAW:
        return ""
    try:
        if not (url := _tidy(url)):
            return ""
        absolute = url.lower().startswith(("http:", "https:"))  # "https:///x" borrows no host
        parts = urlsplit(url if absolute else urljoin(_tidy(base), url))
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:  # unmatched brackets, a port that is none, a host that folds into "/"
        return ""
    if scheme not in _DEFAULT_PORTS or not (host := ascii_host(host)):
        return ""
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    path = _without_dots(_spell(parts.path, _PATH_KEPT))
    query = _without_trackers(_spell(parts.query, _QUERY_KEPT))
    result = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= LONGEST else ""


def registrable_domain(url_or_host: str) -> str:
    """Return the domain someone registered: "example.co.uk" for "https://news.example.co.uk/a".

    Follows the Public Suffix List as tldextract bundles it, private part included, so two blogs
    on one hosting domain are two publishers. IP addresses, single-label names and public suffixes
    themselves come back as they are, in lower case; "" for what has no host.
    """
    host = url_or_host
    if any(mark in host for mark in "/@["):
        try:
            host = urlsplit(host if "//" in host else f"//{host}").hostname or ""
        except ValueError:
            return ""
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return _registrable(host[:300])


def inert(url: str) -> str:
    """Return a foreign address in which a configuration fills no variable in: braces escaped."""
    return url.replace("{", "%7B").replace("}", "%7D")


def identity(*parts: str) -> str:
    """Return 16 hex digits that stand for these parts in this order, the same on every machine."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "ignore")  # half a character stands for nothing
        digest.update(b"%d:" % len(data) + data)  # the length keeps ("ab", "c") from ("a", "bc")
    return digest.hexdigest()[:16]


def ascii_host(host: str) -> str:
    """Return a host name in lower-case ASCII, an IP address in its short form, or "" if neither."""
    host = host.lower().removesuffix(".")
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host.strip("[]"))
        except ValueError:
            return ""
        return "" if address.scope_id else f"[{address.compressed}]"
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii").lower().removesuffix(".")
        except (UnicodeError, ValueError, IndexError):  # IDNAError is a UnicodeError
            return ""
    valid = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
    return host if valid else ""


@lru_cache(maxsize=4_096)
def _registrable(host: str) -> str:
    host = ascii_host(host).strip("[]")
    if not host or ":" in host or host.replace(".", "").isdigit():
        return host
    return _suffix_list()(host) or host


@lru_cache(maxsize=1)
def _suffix_list() -> Callable[[str], str]:
    import tldextract

    # No list URLs and no cache: only the list inside the package, never the network or the disk.
    extract = tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )

    def find(host: str) -> str:
        found = extract.extract_str(host)
        if not found.suffix:  # not on the list: its default rule, one label ("chips.test")
            return ".".join(host.split(".")[-2:])
        return found.top_domain_under_public_suffix

    return find


def _tidy(url: str) -> str:
    """Return the address as a browser would first read it: no controls, backslashes as slashes."""
    url = _UNWANTED.sub("", url).strip()
    end = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    return url[:end].replace("\\", "/") + url[end:]


def _spell(text: str, kept: frozenset[str]) -> str:
    """Return the text with escapes in upper case, needless ones undone, missing ones added."""

    def replace(match: re.Match[str]) -> str:
        if code := match[1]:
            byte = int(code, 16)
            return chr(byte) if byte in _UNRESERVED else f"%{code.upper()}"
        char = match[0]
        if char in kept:
            return char
        return "".join(f"%{byte:02X}" for byte in char.encode())

    return _ESCAPE.sub(replace, text)


def _without_dots(path: str) -> str:
    """Return the path, from its root, with "." and ".." segments resolved (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.removeprefix("/").split("/")
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _without_trackers(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and not _is_tracker(pair))


def _is_tracker(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    name = name.removeprefix("amp;")  # left behind where "&amp;" was escaped twice
    if name in _SOURCE_NAMES:
        return value.startswith(_SOURCE_VALUES)
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)
