"""What publishers wish to be done with their texts, and what that leaves to quote.

Read from robots.txt (Content-Signal), from the headers of an answer and from a page's own meta
elements. The strictest of them counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from digest.core import robots, text
from digest.models import Article, Wishes

AGENT: Final = "ai-news-digest"  # the name by which a page may address us
NONE: Final = Wishes()

# Directives with a value; any other word before a colon names the program that is addressed.
_VALUED: Final = {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"}
_NAME: Final = re.compile(r"[a-z*][\w.*-]*")
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
        name = meta.get("name").strip().lower()
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
        parts.append(f"its publisher keeps it from language models{_by(closing)}")
    if wishes.max_snippet is not None:
        most = f"{wishes.max_snippet:,} characters" if wishes.max_snippet else "nothing"
        parts.append(f"its publisher lets {most} of it be quoted{_by(bounding)}")
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
    """Yield the wishes in "noai, max-snippet: 50", or in "somebot: nosnippet" where it is us."""
    ours = True
    for part in line.lower().split(","):
        name, colon, value = (piece.strip() for piece in part.partition(":"))
        if colon and name not in _VALUED and _NAME.fullmatch(name):
            ours = name in ("*", agent.lower())
            name, colon, value = (piece.strip() for piece in value.partition(":"))
        if not ours:
            continue
        if name == "noai":
            yield Wishes(ai_input=False, told=(f"{source}: noai",))
        elif name == "nosnippet":
            yield Wishes(max_snippet=0, told=(f"{source}: nosnippet",))
        elif name == "max-snippet" and value.isdecimal() and len(value) < 10:  # -1: no bound
            yield Wishes(max_snippet=int(value), told=(f"{source}: max-snippet {int(value)}",))


def _reserved(value: str) -> bool:
    return "1" in (part.strip() for part in value[:_LONGEST].split(","))
