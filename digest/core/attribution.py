"""Whose words an article is: its publisher and domain, and whether it is somebody's opinion."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from digest.core import text, urls, wrappers
from digest.models import Feed, FeedKind

_NAME_CHARS: Final = 60
_SITE_CHARS: Final = 40
_AGGREGATORS: Final = frozenset({"google.com", "bing.com", "flipboard.com", "apple.news"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def attribute(
    feed: Feed,
    *,
    feed_title: str,
    own: Collection[str],
    url: str,
    site: str,
    of_page: bool,
    source: tuple[str, str] = ("", ""),
) -> tuple[str, str]:
    """Return (publisher, domain) of the words that a feed or a page gave.

    ``own`` holds the registrable domains that are the feed's own; its address always is. ``url``
    is the article's address and ``site`` the name its page gives itself. ``of_page`` says that
    the words are the page's: then it is their publisher. The feed's words about a page elsewhere
    are the feed's, whatever they link to, unless the feed is an aggregator's: ``source``, the name
    and address of the outlet that its entry names, then says whose they are.
    """
    home = urls.registrable_domain(feed.url)
    domain = urls.registrable_domain(url or feed.url)
    if outlet := _outlet(source, url, domain, home, own):
        return outlet
    if not of_page and domain != home and domain not in own:
        return text.shorten(feed.name or feed_title, _NAME_CHARS) or home, home
    if feed.name and (domain == home or domain in own or feed.kind is FeedKind.DISCUSSION):
        return feed.name, domain
    names = [name for name in (feed.name, feed_title) if name]
    if domain != home and domain not in own:
        # Served from elsewhere: a name fits if it holds the domain's ("WSJ Tech", wsj.com).
        label = domain.partition(".")[0]
        names = [n for n in names if len(label) > 2 and label in _letters(n)]
    # A page may call itself what it likes, "Reuters" too.
    if 1 < len(site) <= _SITE_CHARS and resembles(site, domain):
        return site, domain
    if of_page and resembles(source[0], domain):
        return text.shorten(source[0], _NAME_CHARS), domain
    return text.shorten(names[0], _NAME_CHARS) if names else domain, domain


def _outlet(
    source: tuple[str, str], url: str, domain: str, home: str, own: Collection[str]
) -> tuple[str, str] | None:
    """Return the name and domain of the outlet an aggregator took an entry from, if one did.

    Any feed may claim to pass on another's words; believed are the aggregators known as such, and
    a feed whose links all stay with one.
    """
    name = text.shorten(source[0], _NAME_CHARS)
    hidden = wrappers.tells_nothing(url)
    if not name or not (home in _AGGREGATORS or (hidden and domain in own)):
        return None
    outlet = urls.registrable_domain(source[1]) or (domain if resembles(name, domain) else "")
    return (name, outlet) if outlet and (hidden or outlet == domain) else None


def resembles(name: str, domain: str) -> bool:
    """Whether a site of this name can be at this domain: "The Wall Street Journal", wsj.com.

    One's letters are part of the other's, or stand in it in the same order from a word's start on.
    """
    label = _letters(domain.partition(".")[0])
    letters = _letters(name)
    if len(label) < 2 or len(letters) < 2 or "://" in name:
        return False
    if label in letters or letters in label:
        return True
    starts = [_letters(name[found.start() :]) for found in re.finditer(r"\b\w", name[:200])]
    return any(_in_order(label, start) for start in starts) or (
        letters[0] == label[0] and _in_order(letters, label)
    )


def _in_order(short: str, long: str) -> bool:
    """Whether ``long`` begins with the first of ``short``'s letters and has the rest in order."""
    rest = iter(long)
    return short[0] == long[:1] and all(letter in rest for letter in short)


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name[:200].lower().translate(_UMLAUTS))
    return "".join(c for c in folded if c.isalnum())


# --- opinion ----------------------------------------------------------------------------------

_OPINION_TITLE: Final = re.compile(
    r"(?:opinion|op-ed|comment|commentary|column|editorial|viewpoint|letters?(?: to the editor)?"
    r"|guest (?:essay|post|column)|kommentar|meinung|leitartikel|kolumne|glosse|gastbeitrag"
    r"|tribune|éditorial|opinión|opinie)"
    r"\s*[:|–—]|.*[|–—]\s*(?:opinion|comment|editorial|kommentar|meinung)\s*\Z",
    re.I,
)
_OPINION_TAGS: Final = re.compile(
    r"(?:opinions?|op-?ed|comment|commentary|editorials?|columns?|columnists|viewpoint|kommentare?"
    r"|meinung|kolumne|leitartikel|opinión|tribune)",
    re.I,
)
_OPINION_PATH: Final = re.compile(
    r"/(?:opinions?|op-?ed|commentary|commentisfree|comment|editorials?|columns?|columnists|viewpoints?"
    r"|meinung|kommentare?|kolumnen?|opinie|ideas)/",
    re.I,
)


def is_opinion(title: str, tags: tuple[str, ...], url: str) -> bool:
    """Whether title, tags or address mark an article as opinion."""
    return (
        bool(_OPINION_TITLE.match(title))
        or any(_OPINION_TAGS.fullmatch(tag) for tag in tags)
        or bool(_OPINION_PATH.search(url))
    )
