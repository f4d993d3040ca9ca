"""What kind of piece an article is, by the signs of its title, address and feed.

Only a report is a witness of an event. The signs are those that any outlet may use; where they
are in doubt a piece stays a report, since a report that is lost costs more than an opinion that
is counted. Decided anew at each grouping, so a better rule reaches stored articles at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from digest.core import wrappers
from digest.core.attribution import resembles
from digest.core.urls import registrable_domain
from digest.models import Article, Evidence, FeedKind


class Genre(StrEnum):
    """What kind of piece an article is."""

    REPORT = "report"
    OPINION = "opinion"
    ROUNDUP = "roundup"  # of several stories; also podcasts, newsletters and live pages
    LINK = "link"  # passes on another outlet's report: a witness only where there is no other
    DISCUSSION = "discussion"


CLUSTERED: Final = frozenset((Genre.REPORT, Genre.LINK))  # they tell events; the others are linked

_SAID: Final = {
    Genre.REPORT: "a report",
    Genre.OPINION: "opinion",
    Genre.ROUNDUP: "a round-up, podcast or live page",
    Genre.LINK: "a link to another outlet’s report",
    Genre.DISCUSSION: "a discussion",
}

_THREAD: Final = re.compile(
    r"https?://(?:(?:www\.|old\.)?reddit\.com/r/[^/]+/comments/|news\.ycombinator\.com/item\?"
    r"|(?:www\.)?lobste\.rs/s/|(?:www\.)?tildes\.net/~|[^/]*lemmy[^/]*/post/)",
    re.I,
)
_POSTED: Final = re.compile(r"(?:show|ask|tell|launch) hn:", re.I)  # a thread's title, wherever
# Sites that pass on what others report, with a line or an extract of it.
_PASSES_ON: Final = frozenset(
    ("techmeme.com", "memeorandum.com", "mediagazer.com", "slashdot.org", "digg.com", "fark.com")
)
# "(Author/Outlet)" at a title's end.
_CREDIT: Final = re.compile(r"\([A-Z][^()/]{2,60}/ ?([A-Z][^()/]{1,40})\)\s*\Z")
_LINKED: Final = re.compile(r"[^/]/(?:linked|linked-list|link-log|blogmarks?)/", re.I)

_ROUNDUP_OPENS: Final = re.compile(
    r"the (?:download|morning after|week|daily|weekly)\b[^:]{0,20}:|(?:this|last) week in\b"
    r"|(?:the )?week in review|(?:daily|weekly|morning|evening) (?:digest|brief(?:ing)?|roundup)\b"
    r"|today in \w+:|what we[’']re reading|icymi\b|tl;?dr\b|\[ainews\]"
    r"|(?:everything|all the (?:big )?(?:news|announcements)|the biggest (?:news|announcements))"
    r"\b.{0,40} (?:announced|from|at)\b|what (?:\w+ ){0,3}people (?:\w+ ){0,2}are saying\b"
    r"|(?:the )?(?:top|best) \d{1,3}\b"
    r"|(?:the )?(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)"
    r" (?:\w+ ){0,2}(?:things|ways|tips|tricks|reasons|lessons|questions|prompts)\b"
    r"|(?:podcast|newsletter|live|watch)\s*[:|–—]"
    r"|(?:[\w’'&-]+ ){1,2}(?:weekly|daily|digest|newsletter|round-?up)(?: #?\d{1,4})? ?[:|–—]"
)
_ROUNDUP_SAYS: Final = re.compile(
    r"(?:live (?:updates|blog|coverage)|liveblog|as it happened|round-?up|news this week|ride home"
    r"|(?:weekly|daily|week['’]s) (?:recap|digest)|everything (?:we|you need to) know"
    r"|stories you (?:may|might) have missed)\b|[|–—]\s*(?:podcast|newsletter|live blog)\s*\Z"
)
_ROUNDUP_PATH: Final = re.compile(
    r"/(?:podcasts?|newsletters?|live|live-?blogs?|live-news|roundups?|recaps?|daily-digest"
    r"|weekly-digest|ride-home|the-download)/|-(?:live-(?:blog|updates)|liveblog)\b",
    re.I,
)

_QUOTED: Final = re.compile(
    r"“[^”]*”|‘(?:[^’]|’(?=\w))*’(?!\w)|\"[^\"]*\"|(?<!\w)'(?:[^']|'(?=\w))*'(?!\w)"
)
_MAYBE_FIRST_PERSON: Final = re.compile(r"I[ ’']|[Mm]y |me[ .,;:!?’']|me\Z|i[’']")
_FIRST_PERSON: Final = re.compile(
    r"(?:\A|[.:;!?–—] ?|, |- "
    r"|\b(?:why|how|what|when|that|and|if|but|before|because|then|until|so) )I \w"
    r"|[Ii][’'](?:m|ve|d|ll)\b|\AMy |(?<![.\w-])m[ye](?![.\w-])",
)
_ARGUES: Final = re.compile(
    r"(?:opinion|essay|review|hands[- ]on|explainer|q&a|perspective|guest post)\s*[:|–—]"
    r"|what .{2,60} gets? (?:wrong|right)\b|(?:the )?(?:real |trouble|problem)s? with\b"
    r"|the case (?:for|against)\b|it[’']s time (?:to|for)\b"
    r"|what[’']s behind\b|what .{2,60} can (?:learn|teach)\b"
    r"|why (?!did\b)[^?]*\b(?:must|should|matters?|need(?:s)? to|can[’']t|won[’']t|isn[’']t"
    r"|aren[’']t|don[’']t|doesn[’']t)\b"
)
# "Is X the end of Y?", alone or after a colon; "…, now Y – why do these keep failing?": questions
# that their writer answers.
_ASKS: Final = re.compile(
    r"(?:\A|[:–—] )(?:is|are|does|do|can|could|should|would|has|have) (?!you\b|we\b)[^:?]+\?\Z"
    r"|[–—:,-] why (?:do|does|is|are)\b.*\?\Z"
)
_LONG: Final = 4  # words that a clause with a subject of its own has at least
_OWN_BLOGS: Final = frozenset(("labs", "research", "open_source"))  # they tell of their own work
_CLAUSES: Final = re.compile(r"\A([^,]+), ([^,]+), and ([^,]+)\Z")


def of(article: Article) -> Genre:
    """Return what kind of piece an article is."""
    title = article.title
    if article.kind is FeedKind.DISCUSSION or _THREAD.match(article.url) or _POSTED.match(title):
        return Genre.DISCUSSION
    if _rounds_up(title.lower()) or _ROUNDUP_PATH.search(article.url) or _several(title):
        return Genre.ROUNDUP
    own_blog = article.category in _OWN_BLOGS
    if article.opinion or (argues(title) and not own_blog):
        return Genre.OPINION
    return Genre.LINK if _passes_on(article) else Genre.REPORT


def linked(article: Article) -> str:
    """Return, in words, why an article is beside a story's evidence and not in it."""
    found = of(article)
    own = "no source of its own" if found is Genre.LINK else "linked, not evidence"
    return f"{_SAID[found]}: {own}"


def unlinked(article: Article) -> str:
    """Return, in words, why an article that is near to no story stands nowhere."""
    return f"{_SAID[of(article)]}, about no story of this edition"


def argues(title: str) -> bool:
    """Whether a title speaks for its writer: "I tried …", "Why … must …", "Is … a …?"."""
    lower = title.lower()
    if _ARGUES.match(lower) or " exactly why " in lower:
        return True
    asks = title.endswith("?")
    if not asks and not _MAYBE_FIRST_PERSON.search(title):  # nearly every title
        return False
    plain = _QUOTED.sub(" ", title)
    return bool(_FIRST_PERSON.search(plain) or (asks and _ASKS.search(plain.lower())))


def _rounds_up(title: str) -> bool:
    return bool(_ROUNDUP_OPENS.match(title) or _ROUNDUP_SAYS.search(title))


def _several(title: str) -> bool:
    """Whether a title names three events: three clauses, each with a subject of its own."""
    found = _CLAUSES.match(title)
    if found is None:
        return False
    clauses = [part.removeprefix("the ") for part in found.groups()]
    return all(
        len(clause.split()) >= _LONG and (clause[0].isupper() or clause[0].isdecimal())
        for clause in clauses
    )


def _passes_on(article: Article) -> bool:
    """Whether an article only hands on another outlet's: by its site, its credit or its link."""
    return (
        article.domain in _PASSES_ON
        or _leads_elsewhere(article)
        or _CREDIT.search(article.title) is not None
        or _LINKED.search(article.url) is not None
    )


def _leads_elsewhere(article: Article) -> bool:
    """Whether the words are one site's and the address another's.

    An aggregator's address that does not tell where it leads is taken for the outlet's own.
    """
    host = article.url.partition("://")[2].partition("/")[0]
    if not host or host == article.domain or host.endswith(f".{article.domain}"):
        return False
    return not wrappers.tells_nothing(article.url) and (
        registrable_domain(article.url) != article.domain
    )


def witnesses(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return a story's evidence, best first, with its link-posts as copies of what they pass on.

    That is the report of the outlet they name, else the best one. Of a story that only link-posts
    tell, the best stands for all: they may pass on one report that nobody here has.
    """
    passed = [e for e in evidence if of(e.article) is Genre.LINK]
    kept = [e for e in evidence if e not in passed] or passed[:1]
    carried: list[list[Article]] = [list(e.copies) for e in kept]
    for each in passed:
        if each not in kept:
            carried[_named(each.article, kept)] += (each.article, *each.copies)
    return [replace(e, copies=tuple(c)) for e, c in zip(kept, carried, strict=True)]


def _named(link: Article, reports: Sequence[Evidence]) -> int:
    """Return which report is by the outlet that a link-post credits or leads to, else the first."""
    credit = _CREDIT.search(link.title)
    for n, report in enumerate(reports):
        domain = report.article.domain
        if registrable_domain(link.url) == domain or (credit and resembles(credit[1], domain)):
            return n
    return 0
