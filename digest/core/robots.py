"""What a site's robots.txt says to one program (RFC 9309), by protego's reading of its patterns.

Only the lines that are meant for the program are handed to protego: a file that names ten thousand
programs costs no more than one that names two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from protego import Protego

MOST_BYTES: Final = 500 * 1024  # more need not be read (RFC 9309, 2.5)

_PAGE: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_EVERYBODY: Final = "User-agent: *"
_COMMENT: Final = re.compile(r"#.*")
# protego takes these spellings too; a line it took for another program's would end our group.
_AGENT: Final = re.compile(r"user[- ]?agent(?:\s*:|\s)\s*(.*)", re.IGNORECASE)
# With protego's spellings, too.
_RULE: Final = re.compile(r"(?:allow|diss?all?ow|diasllow|disallaw)(?:\s*:|\s)", re.IGNORECASE)
_SITE_WIDE: Final = re.compile(r"(?:site-?maps?|host)\s*:", re.IGNORECASE)
_SIGNAL: Final = re.compile(r"content-signal\s*:\s*(?:(/\S*)\s+)?(.*)", re.IGNORECASE)
_VALUE: Final = re.compile(
    r"""(?<![a-z-])([a-z-]++)["']?\s*+[=:]\s*+["']?(yes|no)\b""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be asked for, and how many seconds apart."""

    allowed: bool = True
    delay: float = 0.0


def decoded(body: bytes) -> str:
    """Return the rules in an answer; "" for a web page that stands in their place."""
    value = body[:MOST_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")
    start = value.lstrip()[:1_000]
    return "" if start.startswith("<") and _PAGE.search(start) else value


def meant_for(agent: str, text: str) -> str:
    """Return the part of a robots.txt that is meant for ``agent``, as one for all programs.

    "" where nothing is. Linear in the text, patterns unread: for what is kept.
    """
    lines = tuple(_lines_for(text, agent))
    return "\n".join((_EVERYBODY, *lines)) if lines else ""


def judge(text: str, url: str, agent: str) -> Verdict:
    """Return what a robots.txt says to ``agent``, a product token, about an address of its site.

    Patterns may be made to take long: call it in a worker.
    """
    rules, _ = _read(text, agent)
    return Verdict(rules.can_fetch(url, agent), rules.crawl_delay(agent) or 0.0)


def signals(text: str, url: str, agent: str) -> dict[str, bool]:
    """Return the Content-Signals for an address, by name: may it be used so?

    A line may begin with a path ("/blog/ ai-train=no"); the longest path that fits the address
    speaks for it, and of two as long, the one that says no. See contentsignals.org.
    """
    _, stated = _read(text, agent)
    told: dict[str, tuple[int, bool]] = {}
    for path, values in stated:
        if path and _pattern(path).can_fetch(url, agent):  # does not fit
            continue
        for name, may in values:
            rank = (len(path), not may)
            if name not in told or rank > (told[name][0], not told[name][1]):
                told[name] = (len(path), may)
    return {name: may for name, (_, may) in told.items()}


def signal_values(line: str) -> list[tuple[str, bool]]:
    """Return the signals in "search=yes, ai-input=no", in lower case."""
    return [(name.lower(), may.lower() == "yes") for name, may in _VALUE.findall(line)]


_Signals = tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]  # path, and what is said of it


@lru_cache(maxsize=4)  # a hostile one takes some 20 MB
def _read(text: str, agent: str) -> tuple[Protego, _Signals]:
    lines = list(_lines_for(text, agent))
    stated = []
    for line in lines:
        if found := _SIGNAL.match(line):
            stated.append((found[1] or "", tuple(signal_values(found[2]))))
    return _rules(lines), tuple(stated)


@lru_cache(maxsize=16)
def _pattern(path: str) -> Protego:
    return _rules([f"Disallow: {path}"])


def _rules(lines: Iterable[str]) -> Protego:
    from protego import Protego  # needed in workers only

    return Protego.parse("\n".join((_EVERYBODY, *lines)))


def _lines_for(text: str, agent: str) -> Iterator[str]:
    """Yield the lines of the groups that name ``agent``, else of those for all programs.

    A group's programs end at its first Allow or Disallow: no other line may part them (RFC 9309,
    2.2.4), nor does it for Google's parser. Signals that stand before any group are everybody's.
    """
    ours: list[str] = []
    everyones: list[str] = []
    named = False  # some group is for this very program
    taking: list[list[str]] = []
    naming = False  # the group may name further programs
    grouped = False
    for raw in re.split(r"\r\n|[\r\n]", text):
        line = _COMMENT.sub("", raw).strip()
        if not line or _SITE_WIDE.match(line):
            continue
        found = _AGENT.match(line)
        if found is None:
            naming = naming and not _RULE.match(line)
            for group in taking:
                group.append(line)
            if not grouped and _SIGNAL.match(line):
                yield line
            continue
        if not naming:
            taking = []
        naming = grouped = True
        name = found[1].strip().lower()
        if name == "*":
            group = everyones
        elif re.split(r"[/\s*]", name, maxsplit=1)[0] == agent.lower():
            named = True
            group = ours
        else:
            continue
        if not any(group is one for one in taking):  # named again, it takes each line once
            taking.append(group)
    yield from ours if named else everyones
