"""What publishers wish to be done with their texts, and what that leaves to quote.

Read from robots.txt (Content-Signal), from the headers of an answer and from a page's own meta
elements. The strictest of them counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from digest.core import robots, text
from digest.models import Article, Wishes

AGENT: Final = "ai-news-digest"  # the name by which a page may address us
NONE: Final = Wishes()

# One word of a line, and the mark that says it has a value, or that it names a program.
_WORD: Final = re.compile(r"""([^\s,;:="']+)["']*\s*([:=]?)""")
_NAMES = """
    all follow index indexifembedded max-image-preview max-snippet max-video-preview noai noarchive
    nocache nofollow noimageai noimageindex noindex none noodp nosnippet notranslate noydir
    unavailable_after
"""
_DIRECTIVES: Final = frozenset(_NAMES.split())
_EVERYBODY: Final = ("*", "robots", "x-robots-tag")
_PROGRAM: Final = re.compile(r"(?=[a-z]).*(?:bot(?![a-z])|spider|crawler|/[0-9])")
_MOST_METAS: Final = 500
_LONGEST: Final = 10_000  # characters of one header or attribute that are looked at


def of_headers(headers: Mapping[str, str], agent: str = AGENT) -> Wishes:
    """Return what the headers of an answer (lower-case names) wish.

    Content-Signal, tdm-reservation and X-Robots-Tag, each line of which may address one program.
    """
    found = []
    signals = robots.signal_values(headers.get("content-signal", "")[:_LONGEST])
    if ("ai-input", False) in signals:
        found.append(Wishes(ai_input=False, told=("Content-Signal header: ai-input=no",)))
    if _reserved(headers.get("tdm-reservation", "")):
        found.append(Wishes(ai_input=False, told=("tdm-reservation header: 1",)))
    for line in headers.get("x-robots-tag", "")[:_LONGEST].split("\n"):
        found += _directives(line, agent, "X-Robots-Tag header")
    return join(*found)


def of_page(tree: Any, agent: str = AGENT) -> Wishes:
    """Return what a parsed page wishes in its meta elements (robots, its own name for us, tdm)."""
    found = []
    for meta in tree.xpath("//meta[@name and @content]")[:_MOST_METAS]:
        name = meta.get("name").strip().lower().partition("/")[0]
        content = meta.get("content")[:_LONGEST]
        if name == "tdm-reservation" and _reserved(content):
            found.append(Wishes(ai_input=False, told=("the page: tdm-reservation 1",)))
        elif name in ("robots", agent.lower()):
            found += _directives(content, agent, "the page")
    return join(*found)


def of_robots(content: str, url: str, agent: str = AGENT) -> Wishes:
    """Return what the Content-Signals of a robots.txt wish for an address of its site.

    Patterns may be made to take long: call it in a worker.
    """
    if robots.signals(content, url, agent).get("ai-input", True):
        return NONE
    return Wishes(ai_input=False, told=("robots.txt: ai-input=no",))


def join(*wishes: Wishes) -> Wishes:
    """Return the strictest of several wishes, with all who say so."""
    bounds = [w.max_snippet for w in wishes if w.max_snippet is not None]
    return Wishes(
        ai_input=all(w.ai_input for w in wishes),
        max_snippet=min(bounds, default=None),
        told=tuple(dict.fromkeys(phrase for w in wishes for phrase in w.told)),
    )


def said(wishes: Wishes) -> str:
    """Return the wishes in one phrase for a person, "" where there is none."""
    bounding = [phrase for phrase in wishes.told if "snippet" in phrase]
    closing = [phrase for phrase in wishes.told if "snippet" not in phrase]
    parts = []
    if not wishes.ai_input:
        parts.append(f"no text to language models{_by(closing)}")
    if wishes.max_snippet is not None:
        most = f"at most {wishes.max_snippet:,} characters" if wishes.max_snippet else "nothing"
        parts.append(f"{most} of it may be quoted{_by(bounding)}")
    return "; ".join(parts)


def _by(told: Sequence[str]) -> str:
    return f" ({', '.join(told)})" if told else ""


def quotable(article: Article) -> Article:
    """Return the article with no more of its text than may be quoted, cut at a sentence's end."""
    most = article.max_snippet
    if most is None or len(article.text) <= most:
        return article
    end = position = 0
    # Some text after the bound tells whether a sentence ends at it.
    for sentence in text.sentences(article.text[: most + 1_000]):
        start = article.text.find(sentence, position)
        position = start + len(sentence)
        if start < 0 or position > most:
            break
        end = position
    return replace(article, text=article.text[:end].rstrip())


def _directives(line: str, agent: str, source: str) -> Iterator[Wishes]:
    """Yield the wishes in "noai, max-snippet: 50", or in "somebot: nosnippet" where it is us.

    However they are parted: what is written wrong is still wished.
    """
    ours = True
    words = [*_WORD.findall(line.lower()), ("", "")]
    for (name, mark), (value, _) in pairwise(words):
        if mark == ":" and name.partition("/")[0] in (*_EVERYBODY, agent.lower()):
            ours = True
        elif mark == ":" and _addresses(name, value):
            ours = False
        if not ours:
            continue
        if name == "noai":
            yield Wishes(ai_input=False, told=(f"{source}: noai",))
        elif name == "nosnippet":
            yield Wishes(max_snippet=0, told=(f"{source}: nosnippet",))
        elif name == "max-snippet" and value.isdecimal() and len(value) < 10:  # -1: no bound
            yield Wishes(max_snippet=int(value), told=(f"{source}: max-snippet {int(value)}",))


def _addresses(name: str, value: str) -> bool:
    """Decide whether "name: value" speaks to a program, and is no directive of its own."""
    if name in _DIRECTIVES:
        return False
    return value in _DIRECTIVES or _PROGRAM.match(name) is not None


def _reserved(value: str) -> bool:
    return "1" in re.split(r"""[\s,;"']+""", value[:_LONGEST])
